import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { servicePath } from '../replay/service.ts'
import { socketUrl } from '../replay/options.ts'
import type { RunningCluster } from './start-cluster.ts'

const run = promisify(execFile)

/** What a person needs to talk to a cluster: addresses, tokens for a day, and what to type. */
export async function invitation ({ address, instances, secret, redis, balancer }: RunningCluster): Promise<string[]> {
  const [userToken, adminToken] = await Promise.all([
    signToken(secret, ['--sub', 'ada', '--name', 'Ada']),
    signToken(secret, ['--sub', 'root', '--name', 'Root', '--role', 'admin'])
  ])
  const url = socketUrl(address)
  return [
    '',
    `balancer    ${address} (${balancer.kind === 'haproxy' ? 'HAProxy' : 'of this program'})`,
    ...instances.map((instance, index) => `instance ${index + 1}  ${instance.address} (pid ${instance.pid})`),
    `Redis       ${withoutPassword(redis.url)}${redis.process === undefined ? '' : ` (pid ${redis.process.pid})`}`,
    '',
    'Tokens to try it, valid for 24 hours:',
    `user token: ${userToken}`,
    `admin token: ${adminToken}`,
    '',
    'A first conversation, in two other terminals; each gets another instance:',
    `npx wshub client --url ${url} --token ${userToken}`,
    '/join general',
    '/say hello',
    '',
    `The same with wscat: npx wscat -c "${url}?token=${userToken}"`,
    'What happens when an instance is gone: kill -9 one of the pids above. Ctrl-C ends everything in order.',
    ''
  ]
}

async function signToken (secret: string, user: readonly string[]): Promise<string> {
  const args = [servicePath, 'token', ...user, '--expires-in', '24h']
  const { stdout } = await run(process.execPath, args, { env: { PATH: process.env['PATH'], JWT_SECRET: secret } })
  return stdout.trim()
}

function withoutPassword (text: string): string {
  return text.replace(/\/\/[^@/]*@/, '//***@')
}
