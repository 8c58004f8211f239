import type { Config } from '../../config/env-schema.ts'
import { DEFAULT_ROLE, toIdentity, type Identity } from '../auth/identity.ts'
import { parseLifetime } from './lifetime.ts'
import { loadSettings } from './load-settings.ts'
import { parseFlags } from './parse-flags.ts'
import { signToken, userClaims, type TokenUser } from './sign-token.ts'
import { UsageError } from './usage-error.ts'
import { EXIT, notify, writeLines, type CliCommand } from './world.ts'

const usage = `Usage: wshub token --sub ID [--name NAME] [--role ROLE ...] [--expires-in TIME] [--config FILE]

Signs a token with JWT_SECRET (HS256) for a service with the same settings, and prints it alone.

  --sub ID            id of the user
  --name NAME         name to show (default: the id)
  --role ROLE         a role; may be repeated (default: ${DEFAULT_ROLE})
  --expires-in TIME   how long it is valid: 30s, 15m, 1h, 7d (default: 1h)
  --config FILE       YAML or JSON file with settings; in place of WS_CONFIG_FILE`

const options = {
  sub: { type: 'string' },
  name: { type: 'string' },
  role: { type: 'string', multiple: true },
  'expires-in': { type: 'string', default: '1h' },
  config: { type: 'string' }
} as const

/** `wshub token`. */
export const command: CliCommand = {
  usage,
  async run (args, world) {
    const { sub, name, role: roles = [], 'expires-in': lifetime, config: file } = parseFlags(args, options)
    if (sub === undefined) throw new UsageError('--sub: expected the id of a user')
    const lifetimeMs = parseLifetime(lifetime)
    const { config, warnings } = loadSettings(world.env, { config: file })
    for (const warning of warnings) notify(world, `warning: ${warning}`)
    const secret = secretOf(config)
    const user = { id: sub, name, roles }
    checkUser(user, config)
    writeLines(world.stdout, await signToken(user, config, { secret, lifetimeMs }))
    return EXIT.success
  }
}

function secretOf ({ jwtSecret, jwtPublicKey, jwtJwksUrl }: Config): string {
  if (jwtSecret !== undefined) return jwtSecret
  if (jwtPublicKey === undefined && jwtJwksUrl === undefined) throw new UsageError('JWT_SECRET is not set: set it to the secret of the service (without one, its start prints ready tokens)')
  const setting = jwtPublicKey === undefined ? 'JWT_JWKS_URL' : 'JWT_PUBLIC_KEY'
  throw new UsageError(`JWT_SECRET is not set: with ${setting} the tokens come from the login service that has the private key`)
}

/** Asks the service's own reader of tokens whether it would see this user; too long a text, for one, it would not. */
function checkUser (user: TokenUser, config: Config): void {
  const { id, name = id, roles = [] } = user
  const read = readBack(user, config)
  const why = 'a service with these settings would not read it from the token (at most 256 characters)'
  if (read?.userId !== id) throw new UsageError(`--sub: ${why}`)
  if (read.name !== name) throw new UsageError(`--name: ${why}`)
  if (!roles.every((role) => read.roles.includes(role))) throw new UsageError(`--role: ${why}`)
}

function readBack (user: TokenUser, config: Config): Identity | undefined {
  const names = { user: config.jwtUserClaim, name: config.jwtNameClaim, role: config.jwtRoleClaim }
  try {
    return toIdentity({ ...userClaims(user, config), exp: 1 }, names)
  } catch {
    return undefined
  }
}
