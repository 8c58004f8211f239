import { RefusedError, type LoadReport, type Refusal } from '../../bench/load/load.ts'
import { errorText } from './error-text.ts'
import { printable } from './printable.ts'

const HANDSHAKES = limit('WS_HANDSHAKE_RATE', 'the handshakes of an address per minute')
const PER_ADDRESS = limit('WS_MAX_CONNECTIONS_PER_IP', 'the connections of an address')
const PER_USER = `${limit('WS_MAX_CONNECTIONS_PER_USER', 'the connections of a user')}; with one token all connections are one user, with --secret each is its own`
const MESSAGES = `${limit('WS_MESSAGE_RATE', 'the messages of a connection per second')}, or spread fewer messages over more --publishers`
const TOKEN = 'the token must fit the key of the service: --secret its JWT_SECRET, and JWT_ISSUER, JWT_AUDIENCE, JWT_USER_CLAIM the same here as there'

/** What can be done about a refusal, by HTTP status, close code or code of an error. */
const adviceByCode: Readonly<Record<string, string>> = {
  401: TOKEN,
  404: 'WS_PATHS of the service are the paths that --url may have',
  503: limit('WS_MAX_CONNECTIONS', 'the connections of the node'),
  1013: 'the load does not read as fast as the service sends: WS_SEND_BUFFER and WS_SEND_BUFFER_BYTES there limit what may wait for it',
  4001: TOKEN,
  4009: PER_USER,
  4029: `${MESSAGES}; before any message it is WS_MAX_CONNECTIONS_PER_IP or WS_MAX_CONNECTIONS_PER_USER`,
  RATE_LIMIT: MESSAGES,
  ROOM_FULL: limit('WS_MAX_CONNECTIONS_PER_ROOM', 'the connections in a room'),
  MESSAGE_TOO_LARGE: 'WS_MAX_MESSAGE_SIZE of the service limits the size of a frame: raise it there for the run, or give fewer --bytes',
  FORBIDDEN: 'WS_CLIENT_PUBLISH of the service says whether clients may publish',
  EMFILE: 'this machine lets a process open no more files: raise the limit (ulimit -n)',
  EADDRNOTAVAIL: 'this machine has no ports left for one address: run several loads from several machines'
}

/** The same where the service's own words tell more than the code. */
const adviceByReason: Readonly<Record<string, string>> = {
  'too many requests': HANDSHAKES,
  'too many connections from this address': PER_ADDRESS,
  'too many connections of this user': PER_USER,
  'server is shutting down': 'try another node, or later'
}

/** Says why a load could not be made, and which setting of the service may be the reason. */
export function explainFailure (error: unknown, shown: string): Error {
  const reason = error instanceof Error ? error.cause ?? error : error
  const refusal = reason instanceof RefusedError ? reason.refusal : undefined
  const text = refusal === undefined ? errorText(reason) : describe(refusal)
  const code = refusal?.code ?? (reason instanceof Error && 'code' in reason ? String(reason.code) : '')
  return new Error(withAdvice(`cannot load ${shown}: ${printable(text)}`, code, refusal?.reason), { cause: error })
}

/** What was not as it should be in a run, one sentence each. */
export function problemsOf ({ expected, lost, outOfOrder, strays, refusals }: LoadReport): string[] {
  const refused = Object.entries(refusals)
  return [
    ...refused.map(([code, times]) => withAdvice(`${times} requests were refused with ${printable(code)}`, code)),
    ...(lost > 0 ? [`${lost} of ${expected} copies were lost`] : []),
    ...(outOfOrder > 0 ? [`${outOfOrder} copies came twice or out of order`] : []),
    ...(strays > 0 ? [`${strays} copies came to somebody they were not for`] : []),
    ...(expected === 0 && refused.length === 0 ? ['nothing was sent: it takes a higher --rate or more --seconds'] : [])
  ]
}

function describe ({ kind, code, reason }: Refusal): string {
  const said = reason === '' ? '' : `: ${reason}`
  if (kind === 'handshake') return `a handshake was refused with HTTP ${code}${said}`
  return kind === 'request' ? `a request was refused with ${code}${said}` : `a connection was closed with ${code}${said}`
}

function withAdvice (text: string, code: string, reason = ''): string {
  const advice = lookUp(adviceByReason, reason) ?? lookUp(adviceByCode, code) ?? (code === '429' ? [HANDSHAKES, PER_ADDRESS, PER_USER].join('; ') : undefined)
  return advice === undefined ? text : `${text}; ${advice}`
}

/** Codes and reasons come from outside. */
function lookUp (table: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined
}

function limit (setting: string, what: string): string {
  return `${setting} of the service limits ${what}: raise it there for the run, 0 lifts it`
}
