import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { parseDuration } from '../config/duration.ts'
import { listSettings } from '../config/env-schema.ts'
import { loadConfig } from '../config/load-config.ts'
import { SECRET } from './helper.ts'
import { projectRoot } from './support/project-root.ts'

/** What closing takes on top of the drain, at most. */
const CLOSE_MARGIN_MS = 2_000

interface Service {
  readonly build?: string
  readonly image?: string
  readonly environment?: Readonly<Record<string, string>>
  readonly command?: readonly string[]
  readonly volumes?: readonly string[]
  readonly ports?: readonly string[]
  readonly networks: readonly string[]
  readonly stop_grace_period?: string
  readonly healthcheck: { readonly test: readonly string[] }
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly networks: Readonly<Record<string, { readonly ipam?: { readonly config: ReadonlyArray<{ readonly subnet: string }> } }>>
}

const folder = join(projectRoot, 'deploy')
const haproxy = readFileSync(join(folder, 'haproxy.cfg'), 'utf8')
const composeText = readFileSync(join(folder, 'compose.yaml'), 'utf8')
const compose: Compose = parse(composeText, (_key, value) => typeof value === 'string' ? withVariables(value, { JWT_SECRET: SECRET }) : value)
const instances = Object.entries(compose.services).filter(([, { environment }]) => environment !== undefined)

/** Fills in variables as Compose does: `${NAME:-default}` and `${NAME:?complaint}`. */
function withVariables (text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{(\w+)(?::-([^}]*)|:\?[^}]*)\}/g, (_all, name: string, fallback: string | undefined) => env[name] ?? fallback ?? '')
}

t.test('there are three instances, all alike, with settings that the service has', async (t) => {
  t.strictSame(instances.map(([name]) => name), ['hub1', 'hub2', 'hub3'])
  const known = listSettings().map(({ env }) => env)
  for (const [, { environment = {}, ...rest }] of instances) {
    t.strictSame({ environment, ...rest }, instances[0]?.[1])
    t.strictSame(Object.keys(environment).filter((name) => !known.includes(name)), [])
    t.ok(environment['REDIS_URL'])
  }
})

t.test('an instance starts with these settings in production, without a warning', async (t) => {
  const { config, warnings } = loadConfig({ NODE_ENV: 'production', ...instances[0]?.[1].environment })
  t.strictSame(warnings, [])
  t.strictSame([...config.trustProxy], [compose.networks['front']?.ipam?.config[0]?.subnet])
})

t.test('Compose refuses to begin without a secret, and says what to do', async (t) => {
  t.match(composeText, /JWT_SECRET: \$\{JWT_SECRET:\?[^}]*openssl[^}]*\}/)
})

t.test('whoever is stopped gets the time that its drain takes', async (t) => {
  const { config } = loadConfig({ ...instances[0]?.[1].environment })
  for (const service of [...instances.map(([, service]) => service), compose.services['balancer']]) {
    t.ok(durationMs(service?.stop_grace_period) > config.drainTimeoutMs + CLOSE_MARGIN_MS)
  }
  t.ok(durationMs(/^ +hard-stop-after (\S+)/m.exec(haproxy)?.[1]) > config.drainTimeoutMs + CLOSE_MARGIN_MS)
})

t.test('the health of an instance is that it may get traffic', async (t) => {
  for (const [, { healthcheck }] of instances) t.match(healthcheck.test.join(' '), '/health/ready')
  t.match(compose.services['balancer']?.healthcheck.test.join(' '), '/health/ready')
})

t.test('of the outside only the balancer can be reached, and Redis only by instances', async (t) => {
  const open = Object.entries(compose.services).filter(([, { ports }]) => ports !== undefined)
  t.strictSame(open.map(([name]) => name), ['balancer'])
  t.strictSame(compose.services['redis']?.networks, ['back'])
  t.strictSame(compose.services['balancer']?.networks, ['front'])
})

t.test('Redis writes to disk every second and evicts nothing', async (t) => {
  const command = compose.services['redis']?.command?.join(' ')
  t.match(command, '--appendonly yes --appendfsync everysec')
  t.match(command, '--maxmemory-policy noeviction')
})

t.test('what is built and mounted is there', async (t) => {
  t.ok(existsSync(join(folder, instances[0]?.[1].build ?? '', 'Dockerfile')))
  const mounted = compose.services['balancer']?.volumes?.map((volume) => volume.split(':')[0] ?? '') ?? []
  t.strictSame(mounted, ['./haproxy.cfg'])
  for (const file of mounted) t.ok(existsSync(join(folder, file)))
})

t.test('the balancer has all instances, listens where the port leads, and outlasts the silence between pings', async (t) => {
  const servers = [...haproxy.matchAll(/^ +server (\S+) (\S+):8080 /gm)].map(([, name, host]) => [name, host])
  t.strictSame(servers, instances.map(([name]) => [name, name]))
  t.match(compose.services['balancer']?.ports, ['8080:8080'])
  t.match(haproxy, /^ +bind :8080 /m)
  const { config } = loadConfig({ ...instances[0]?.[1].environment })
  t.ok(durationMs(/^ +timeout tunnel (\S+)/m.exec(haproxy)?.[1]) > 2 * config.pingPeriodMs)
})

function durationMs (text: string | undefined): number {
  return parseDuration(text ?? '') ?? 0
}
