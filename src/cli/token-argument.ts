import { UsageError } from './usage-error.ts'
import type { World } from './world.ts'

/** The token to connect with, from the flag or `WSHUB_TOKEN`; without one the service decides whether guests may come. */
export function readToken (flag: string | undefined, { env }: Pick<World, 'env'>): string | undefined {
  const token = (flag ?? env['WSHUB_TOKEN'] ?? '').trim()
  if (!/^[\x21-\x7e]*$/.test(token)) throw new UsageError('--token: expected a token of visible ASCII characters')
  return token === '' ? undefined : token
}
