import type { BalancerOptions } from './balancer.ts'

const LISTEN_LINE = /^( *bind ).* # listen$/m
const INSTANCE_LINES = /(?:^ *server .* # instance\n)+/m

/**
 * The configuration of an installation (`deploy/haproxy.cfg`), for other instances and another port: all but the marked lines
 * stays as it is.
 * @throws {Error} when the marked lines are not there
 */
export function haproxyConfig (template: string, { port, targets }: BalancerOptions): string {
  if (!LISTEN_LINE.test(template) || !INSTANCE_LINES.test(template)) throw new Error('the template has no lines marked # listen and # instance')
  const servers = targets.map((target, index) => `    server hub${index + 1} ${new URL(target).host}\n`)
  return template
    .replace(LISTEN_LINE, (_line, bind: string) => `${bind}127.0.0.1:${port}`)
    .replace(INSTANCE_LINES, () => servers.join(''))
}
