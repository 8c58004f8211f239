import { sharedSecret, type KeyOutcome } from '../auth/key-rules.ts'

/** Where webhooks go. */
export interface Endpoint {
  /** Without the credentials of the URL. */
  readonly href: string
  /** Value of the header `authorization`, where the URL has credentials. */
  readonly authorization: string | undefined
  /** All of the address that a log may show. */
  readonly host: string
}

const ENCODED_SECRET = /^whsec_((?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/
const PREFIX = 'whsec_'
/** As the form `whsec_` has it at least. */
const MIN_ENCODED_BYTES = 24

/** The address of a receiver, given back in its usual form; whether plain http will do is decided with the environment. */
export function webhookUrl (text: string): KeyOutcome {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isKnown = url !== undefined && /^https?:$/.test(url.protocol) && canDecode(url.username) && canDecode(url.password)
  return isKnown ? { value: url.href } : { expected: 'an http or https URL' }
}

/** A secret of 32 bytes or more, as it is or in the form `whsec_<base64>` of Standard Webhooks. */
export function webhookSecret (text: string): KeyOutcome {
  const outcome = sharedSecret(text)
  if ('expected' in outcome || !text.startsWith(PREFIX)) return outcome
  const isGood = ENCODED_SECRET.test(text) && signingKey(text).length >= MIN_ENCODED_BYTES
  return isGood ? outcome : { expected: `base64 of at least ${MIN_ENCODED_BYTES} bytes behind ${PREFIX}` }
}

/** The bytes to sign with, of a secret that {@link webhookSecret} takes. */
export function signingKey (secret: string): Buffer {
  return secret.startsWith(PREFIX) ? Buffer.from(secret.slice(PREFIX.length), 'base64') : Buffer.from(secret)
}

/** Takes apart a URL that {@link webhookUrl} takes. */
export function endpointOf (text: string): Endpoint {
  const url = new URL(text)
  const { username, password } = url
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  url.username = url.password = url.hash = ''
  return { href: url.href, host: url.host, authorization: login === ':' ? undefined : `Basic ${Buffer.from(login).toString('base64')}` }
}

function canDecode (text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}
