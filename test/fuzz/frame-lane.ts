import { dialects } from '../../src/protocol/dialects/index.ts'
import { Random } from '../faults/random.ts'
import { lanesOf, seedOf, type Arena } from './arena.ts'
import { Batches, type Batch } from './batches.ts'
import { Conversation } from './conversation.ts'
import { FramePeer, type Outcome } from './frame-peer.ts'
import type { Case } from './options.ts'
import { admin, badToken, users, victims, type FuzzUser } from './tokens.ts'

/** Limits count by address. */
const ADDRESSES = 200
const OWN_ROOMS = 3
const SHARED_ROOMS = 8
const VICTIM_SHARE = 0.1
const ADMIN_SHARE = 0.01
/** Share of the ends in which the client answers nothing and leaves it to the service. */
const MUTE_SHARE = 0.004
const CUT_SHARE = 0.1
/** Of the frames that come, one in so many is looked at for places in streams. */
const LEARN_EACH = 16
const MAX_LEARNED_BYTES = 4_000
const KEPT_INPUTS = 2
const FAULT = Buffer.from('INTERNAL_ERROR')
const PLACE = /"room(?:_id)?":"[^"\\]*".*("epoch":"[^"\\]*","seq":\d+)/
/** What may end a connection though nothing on it was broken: bad JSON, somebody's order, a newer token's grants, too slow a reader, a limit. */
const KNOWN_ENDS: ReadonlySet<number | undefined> = new Set([1008, 1013, 4002, 4003, 4004, 4009, 4029])

/** Connections that send fuzzed frames, one after the other. */
export const frameLane = lanesOf('frames', async (arena, which) => await new FuzzedConnection(arena, which).run())

/** One connection, from its handshake to its end. */
class FuzzedConnection {
  readonly #arena: Arena
  readonly #case: Case
  readonly #random: Random
  readonly #dialect: string
  readonly #user: FuzzUser
  readonly #conversation: Conversation
  readonly #batches: Batches
  readonly #peer: FramePeer
  readonly #inputs: Buffer[] = []
  #seen = 0

  constructor (arena: Arena, which: Case) {
    const random = new Random(seedOf(arena.seed, which))
    this.#arena = arena
    this.#case = which
    this.#random = random
    this.#dialect = arena.dialect ?? random.pick([...dialects.keys()])
    this.#user = random.chance(ADMIN_SHARE) ? admin : random.pick(random.chance(VICTIM_SHARE) ? victims : users)
    this.#conversation = new Conversation({ rooms: roomsOf(which, random), userId: this.#user.id, tokens: [this.#user.token, badToken(random), badToken(random)] }, random)
    this.#batches = new Batches(this.#dialect, this.#conversation, random, arena.counts.frames)
    this.#peer = new FramePeer({
      ends: { port: arena.service.port, from: `127.0.1.${1 + (which.lane + which.number) % ADDRESSES}` },
      watchdog: arena.watchdog,
      onFrame: (_opcode, payload) => this.#look(payload)
    })
  }

  async run (): Promise<void> {
    const opened = await this.#peer.open(this.#handshake(), this.#arena.answerMs)
    this.#arena.counts.connections.count(opened.kind === 'answered' ? this.#dialect : `not opened: ${opened.kind} ${opened.kind === 'refused' ? opened.status : ''}`.trim())
    if (opened.kind !== 'answered') return this.#judgeOpening(opened)
    while (await this.#converse());
    this.#peer.destroy()
  }

  /** Sends a batch; false when the connection is over. */
  async #converse (): Promise<boolean> {
    const batch = this.#batches.next()
    this.#keep(batch.bytes)
    const { sentinel, breaker } = batch
    if (sentinel !== undefined) {
      const cutAt = this.#random.chance(CUT_SHARE) ? this.#random.integer(1, batch.bytes.length) : 0
      return this.#judgeAnswer(batch, await this.#peer.ask(batch.bytes, sentinel, { cutAt, withinMs: this.#arena.answerMs }))
    }
    const mute = breaker?.leaves === undefined && this.#random.chance(MUTE_SHARE)
    this.#judgeEnd(batch, await this.#peer.last(batch.bytes, { leaves: breaker?.leaves, mute, withinMs: this.#arena.answerMs }))
    return false
  }

  #judgeOpening (outcome: Outcome): void {
    if (outcome.kind === 'late') this.#unanswered('a sound handshake was not answered', [])
    if (outcome.kind === 'failed') this.#find('no connection', String(outcome.error))
    const isFault = outcome.kind === 'closed' || (outcome.kind === 'refused' && ![403, 429].includes(outcome.status))
    if (isFault) this.#find('a sound handshake was refused', JSON.stringify(outcome))
  }

  #judgeAnswer ({ frames }: Batch, outcome: Outcome): boolean {
    if (outcome.kind === 'answered') {
      this.#arena.counts.done.frames += frames
      return true
    }
    // How many of them came before the end cannot be told, so none counts.
    if (outcome.kind === 'late') this.#unanswered('a sound ping behind fuzzed frames was not answered', this.#inputs)
    if (outcome.kind === 'closed') this.#judgeCode(outcome.code, KNOWN_ENDS)
    return false
  }

  #judgeEnd ({ frames, breaker }: Batch, outcome: Outcome): void {
    if (outcome.kind === 'late') return this.#unanswered(`the socket was not closed after: ${breaker?.name}`, this.#inputs)
    const { leaves, codes } = breaker ?? {}
    const code = outcome.kind === 'closed' ? outcome.code : undefined
    // Something else may have ended it before its last frame: then none of them counts.
    if (codes?.includes(code ?? 0) === true || !KNOWN_ENDS.has(code)) this.#arena.counts.done.frames += frames
    if (leaves !== undefined) this.#arena.counts.closes.count(`left (${leaves})`)
    else this.#judgeCode(code, codes && new Set([...codes, ...KNOWN_ENDS]))
  }

  #judgeCode (code: number | undefined, allowed?: ReadonlySet<number | undefined>): void {
    this.#arena.counts.closes.count(String(code ?? 'no close frame'))
    if (code === undefined) this.#find('the connection was cut without a close frame')
    else if (allowed?.has(code) === false) this.#find('an unexpected close code', String(code))
  }

  #look (payload: Buffer): void {
    if (payload.length < 500 && payload.includes(FAULT)) this.#find('INTERNAL_ERROR in a frame', payload.toString())
    if (payload.length > MAX_LEARNED_BYTES || ++this.#seen % LEARN_EACH !== 0) return
    const place = PLACE.exec(payload.toString('latin1'))?.[1]
    if (place !== undefined) this.#conversation.learn(`{${place}}`)
  }

  #handshake (): string {
    return [
      `GET /ws?dialect=${this.#dialect} HTTP/1.1`, 'Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', `Authorization: Bearer ${this.#user.token}`, '', ''
    ].join('\r\n')
  }

  #keep (bytes: Buffer): void {
    if (this.#inputs.push(bytes) > KEPT_INPUTS) this.#inputs.shift()
  }

  #unanswered (what: string, inputs: readonly Buffer[]): void {
    this.#arena.counts.unanswered += 1
    this.#arena.findings.add({ what, case: this.#case, inputs, detail: `${this.#arena.service.profile} settings, ${this.#dialect}` })
  }

  #find (what: string, detail = ''): void {
    this.#arena.findings.add({ what, case: this.#case, inputs: this.#inputs, detail: `${this.#arena.service.profile} settings, ${this.#dialect} ${detail}` })
  }
}

function roomsOf ({ lane }: Case, random: Random): string[] {
  const own = Array.from({ length: OWN_ROOMS }, (_, index) => `lane-${lane}-${index}`)
  return [...own, `shared-${random.integer(1, SHARED_ROOMS)}`]
}
