import type { Config } from '../../config/env-schema.ts'
import type { RunningServer } from '../server.ts'
import { signToken, type TokenUser } from './sign-token.ts'

const LIFETIME_MS = 86_400_000

/** What a start in development shows: how to have a first conversation. Not for the log, it may hold tokens. */
export async function greeting ({ address, developmentSecret }: Omit<RunningServer, 'app'>, config: Config): Promise<string[]> {
  const url = `${address.replace('http', 'ws')}${config.paths[0] ?? ''}`
  const lines = developmentSecret === undefined ? hints(url, config) : await invitation(url, config, developmentSecret)
  const page = config.consolePage === 'on' ? [`Console for the browser: ${address}/console`] : []
  return ['', ...lines, '', ...page, `API documentation: ${address}/docs`, '']
}

/** Ready-made tokens, as nobody else can make any: the secret lives as long as this process. */
async function invitation (url: string, config: Config, secret: string): Promise<string[]> {
  const [adminRole = 'admin'] = config.adminRoles
  const sign = async (user: TokenUser) => await signToken(user, config, { secret, lifetimeMs: LIFETIME_MS })
  const userToken = await sign({ id: 'ada', name: 'Ada' })
  const adminToken = await sign({ id: 'root', name: 'Root', roles: [adminRole] })
  return [
    'No key is set: a secret was made up for this run. Tokens to try it, valid for 24 hours:',
    `user token: ${userToken}`,
    `admin token: ${adminToken}`,
    ...conversation(url, userToken)
  ]
}

function hints (url: string, { jwtSecret }: Config): string[] {
  if (jwtSecret === undefined) return ['Tokens come from the login service that has the private key.', ...conversation(url, 'TOKEN')]
  return ['A token, with the same settings: npx wshub token --sub ada --name Ada', ...conversation(url, 'TOKEN')]
}

function conversation (url: string, token: string): string[] {
  return ['', 'A first conversation, in two other terminals:', `npx wshub client --url ${url} --token ${token}`, '/join general', '/say hello']
}
