import type { LoadOptions } from '../../bench/load/load.ts'
import { MIN_SECRET_BYTES } from '../auth/key-rules.ts'
import { loadSettings } from './load-settings.ts'
import { readToken } from './token-argument.ts'
import { UsageError } from './usage-error.ts'
import { notify, type World } from './world.ts'

interface AccessFlags {
  readonly secret?: string | undefined
  readonly token?: string | undefined
  readonly config?: string | undefined
}

/** How the connections prove who they are. */
export type Access = Pick<LoadOptions, 'token' | 'secret' | 'tokenRules'>

/** The token, or what signs one for each connection; flags win over the environment, and there the token over the secret. */
export function readAccess ({ secret, token, config }: AccessFlags, world: World): Access {
  if (secret !== undefined && token !== undefined) throw new UsageError('--secret, --token: expected one of them, got both')
  const one = secret === undefined ? readToken(token, world) : undefined
  return one === undefined ? readSigning(secret, config, world) : { token: one }
}

/** The settings say what a token must look like, as they do for `wshub token`. */
function readSigning (flag: string | undefined, file: string | undefined, world: World): Access {
  const length = flag === undefined ? MIN_SECRET_BYTES : Buffer.byteLength(flag)
  if (length < MIN_SECRET_BYTES) throw new UsageError(`--secret: expected ${MIN_SECRET_BYTES} bytes or more, got ${length}`)
  // Only a service needs a key in production.
  const env = { ...world.env, NODE_ENV: 'development', ...(flag !== undefined && { JWT_SECRET: flag }) }
  const { config, warnings } = loadSettings(env, { config: file })
  for (const warning of warnings) notify(world, `warning: ${warning}`)
  const { jwtSecret: secret, jwtUserClaim: [userClaim], jwtIssuer: issuer, jwtAudience: audience } = config
  if (secret === undefined) throw new UsageError('expected --secret (or JWT_SECRET), the secret of the service, or --token (or WSHUB_TOKEN), one token for all')
  return { secret, tokenRules: { userClaim, issuer, audience } }
}
