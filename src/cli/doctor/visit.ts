import { randomBytes } from 'node:crypto'
import { isRecord } from '../../guards.ts'
import { CannotCheck, USER_LIMIT } from './check.ts'
import { dial, type Dialed } from './dial.ts'
import { explainDialed, type Explanation } from './explain.ts'
import type { Frame, Line } from './line.ts'
import type { DoctorOptions } from './options.ts'
import { handshakeBy, type Way } from './ways.ts'

/** What the first frame of a connection says. */
export interface Greeting {
  readonly nodeId: string
  readonly dialect: string
  /** Bytes of frame that the service takes. */
  readonly maxMessageSize: number
  readonly pingIntervalMs: number
  readonly at: number
}

/** A connection that was greeted. */
export interface Greeted {
  readonly line: Line
  readonly greeting: Greeting
}

/** Two connections in a room of their own. */
export interface Pair {
  readonly room: string
  readonly from: Line
  readonly to: Line
}

/** The service's own words for it. */
const TOO_MANY_OF_USER = 'too many connections of this user'

interface ClockSample {
  /** How far the clock of the service is ahead of this machine's, ms. */
  readonly differenceMs: number
  readonly tookMs: number
}

/** After the first connection there was no further one. */
export class ConnectionRefused extends Error {
  override readonly name = 'ConnectionRefused'
  readonly advice: string

  constructor ({ value, advice }: Explanation) {
    super(`a further connection was refused: ${value}`)
    this.advice = advice
  }
}

/** One examination: what was found so far, and every connection made for it. */
export class Visit {
  readonly options: DoctorOptions
  /** Everybody's room but this examination's has another name. */
  readonly room = `doctor-${randomBytes(8).toString('hex')}`
  /** True once the name of the host led somewhere. */
  hasAddress = false
  /** True once the address answers and its certificate is good. */
  isReachable = false
  /** True when a client without a token is let in. */
  hasGuests = false
  /** Set by the first look at the token, when that is enough to see why it is refused. */
  tokenProblem: string | undefined
  /** How a connection can be had; set by the handshake that succeeded. */
  way: Way | undefined
  /** The first connection, and what it was greeted with. */
  first: Extract<Dialed, { kind: 'open' }> | undefined
  greeting: Greeting | undefined
  /** Lines of the room that most checks speak in. */
  pair: Pair | undefined
  /** Connections beside the first, for checks that look at nodes. */
  crowd: readonly Greeted[] = []
  #clockSample: ClockSample | undefined
  #standIn: Line | undefined
  readonly #lines = new Set<Line>()
  readonly #ends = new Set<() => void>()

  constructor (options: DoctorOptions) {
    this.options = options
  }

  /** Makes a handshake; what comes of it ends with the visit. */
  async dial (way: Way, origin?: string): Promise<Dialed> {
    const { href, token = '', timeoutMs } = this.options
    const dialed = await dial({ ...handshakeBy(way, href, token), origin }, timeoutMs, this.onEnd)
    if (dialed.kind === 'open') this.#lines.add(dialed.line)
    return dialed
  }

  /** A further connection by the way that is known to work. Throws a {@link ConnectionRefused} or {@link CannotCheck}, or what its greeting came to. */
  async connect (): Promise<Greeted> {
    const dialed = await this.dial(this.way ?? 'guest')
    if (dialed.kind !== 'open') throw this.refusal(dialed)
    return { line: dialed.line, greeting: await greetingOf(dialed.line) }
  }

  /** What to throw for a further handshake that came to nothing: a limit of the user's connections is no fault of the deployment. */
  refusal (dialed: Exclude<Dialed, { kind: 'open' }>): Error {
    const isLimit = dialed.kind === 'refused' && dialed.answer.status === 429 && dialed.answer.reason === TOO_MANY_OF_USER
    return isLimit ? new CannotCheck(USER_LIMIT) : new ConnectionRefused(explainDialed(dialed, this))
  }

  /** The first connection, or one in its place when that has ended. */
  async line (): Promise<Line> {
    if (this.first?.line.isOpen === true) return this.first.line
    if (this.#standIn?.isOpen !== true) this.#standIn = (await this.connect()).line
    return this.#standIn
  }

  /** The best of what was seen of the clock of the service: from the shortest round trip. */
  get clockSample (): ClockSample | undefined {
    return this.#clockSample
  }

  /** Notes the time (RFC 3339) that an answer carried, and how long the round trip was, ms. */
  addClockSample (timestamp: string | undefined, tookMs: number): void {
    const serviceMs = Date.parse(timestamp ?? '')
    if (Number.isNaN(serviceMs) || tookMs >= (this.#clockSample?.tookMs ?? Infinity)) return
    this.#clockSample = { differenceMs: serviceMs - (Date.now() - tookMs / 2), tookMs }
  }

  /** Takes what breaks off something under way. */
  readonly onEnd = (end: () => void): void => {
    this.#ends.add(end)
  }

  /** Closes everything in order, and cuts what does not answer within the time, ms. */
  async end (timeoutMs: number): Promise<void> {
    const open = [...this.#lines].filter((line) => line.isOpen)
    const cutting = setTimeout(() => { for (const line of open) line.cut() }, timeoutMs)
    await Promise.all(open.map(async (line) => { await line.close().catch(() => line.cut()) }))
    clearTimeout(cutting)
    for (const end of this.#ends) end()
  }
}

/** Waits for the first frame. Throws when it is another one than `connected`, or none. */
export async function greetingOf (line: Line): Promise<Greeting> {
  const frame = await line.next(() => true, 'the first frame')
  const greeting = readGreeting(frame)
  if (greeting === undefined) throw new Error(`the first frame is no greeting of this service but of type ${JSON.stringify(frame.type).slice(0, 40)}`)
  return greeting
}

function readGreeting ({ type, payload, at }: Frame): Greeting | undefined {
  if (type !== 'connected' || !isRecord(payload)) return undefined
  const { node_id: nodeId, dialect, max_message_size: maxMessageSize, ping_interval_ms: pingIntervalMs } = payload
  if (typeof nodeId !== 'string' || typeof dialect !== 'string' || typeof maxMessageSize !== 'number' || typeof pingIntervalMs !== 'number') return undefined
  return { nodeId, dialect, maxMessageSize, pingIntervalMs, at }
}
