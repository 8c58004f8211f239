import { Random } from '../faults/random.ts'
import { clientClose } from '../support/wire-frames.ts'
import { lanesOf, seedOf, type Arena } from './arena.ts'
import { makeHandshake, type Handshake } from './handshake-text.ts'
import { Line, type Receiver } from './line.ts'
import type { Case } from './options.ts'
import { HANDSHAKE_TIMEOUT_MS } from './service.ts'

/** What a client does with its handshake beside sending it. */
type Manner = 'whole' | 'in two' | 'cut' | 'cut and end' | 'cut and reset' | 'and end' | 'and reset'

const manners: readonly Manner[] = [
  ...Array.from({ length: 80 }, (): Manner => 'whole'), 'in two', 'in two', 'in two', 'in two', 'cut', 'cut and end', 'cut and end', 'cut and reset', 'cut and reset', 'and end', 'and end', 'and reset'
]
const ADDRESSES = 200
const FIRST_ADDRESS = 10
const STATUS = /^HTTP\/1\.1 (\d{3})/
/** Metrics name the code, too. */
const FAULT = '"code":"INTERNAL_ERROR"'
/** Only who is let in is greeted. */
const GREETING = /"type":"(?:connected|connection\.established|system)"|"client_id"/

/** Connections that make a fuzzed handshake each. */
export const handshakeLane = lanesOf('handshakes', async (arena, which) => await new FuzzedHandshake(arena, which).run())

class FuzzedHandshake implements Receiver {
  readonly #arena: Arena
  readonly #case: Case
  readonly #random: Random
  readonly #manner: Manner
  readonly #handshake: Handshake
  readonly #bytes: Buffer
  #line: Line | undefined
  #received = ''
  #resolve = (): void => {}

  constructor (arena: Arena, which: Case) {
    const random = new Random(seedOf(arena.seed, which))
    this.#arena = arena
    this.#case = which
    this.#random = random
    this.#manner = random.pick(manners)
    this.#handshake = makeHandshake(random, arena.tickets)
    this.#bytes = Buffer.from(this.#handshake.text, 'latin1')
  }

  async run (): Promise<void> {
    const from = `127.0.0.${FIRST_ADDRESS + (this.#case.lane + this.#case.number) % ADDRESSES}`
    const over = new Promise<void>((resolve) => { this.#resolve = resolve })
    this.#line = new Line({ port: this.#arena.service.port, from }, this.#arena.watchdog, this)
    this.#line.expectWithin(HANDSHAKE_TIMEOUT_MS + this.#arena.answerMs)
    this.#send(this.#line)
    await over
  }

  onBytes (chunk: Buffer): void {
    const isFirst = this.#received === ''
    this.#received = (this.#received + chunk.toString('latin1')).slice(0, 4_000)
    if (isFirst) this.#onAnswer()
  }

  onEnd (error: NodeJS.ErrnoException | undefined): void {
    const { counts } = this.#arena
    if (error?.code === 'ECONNREFUSED') this.#find('no connection', String(error))
    if (error?.code === 'EADDRNOTAVAIL' || error?.code === 'EADDRINUSE') counts.handshakes.count('not sent: no free port')
    else counts.done.handshakes += 1
    counts.handshakes.count(STATUS.exec(this.#received)?.[1] ?? (this.#received === '' ? 'closed' : 'odd answer'))
    this.#judge()
    this.#resolve()
  }

  onLate (): void {
    this.#arena.counts.unanswered += 1
    this.#find(this.#received === '' ? 'a handshake was neither answered nor closed' : 'the socket was not closed after its answer', this.#received)
    this.#line?.destroy()
  }

  #send (line: Line): void {
    const at = this.#random.integer(0, this.#bytes.length)
    const isCut = this.#manner.startsWith('cut')
    line.write(isCut || this.#manner === 'in two' ? this.#bytes.subarray(0, at) : this.#bytes)
    if (this.#manner === 'in two') setImmediate(() => line.write(this.#bytes.subarray(at)))
    if (this.#manner.endsWith('end')) line.finish()
    if (this.#manner.endsWith('reset')) setImmediate(() => line.reset())
  }

  /** Who has an answer leaves in one way or another, and the service has to close its side. */
  #onAnswer (): void {
    const manner = this.#random.integer(0, 3)
    if (manner === 0) this.#line?.write(clientClose(1000))
    if (manner === 1) this.#line?.reset()
    else this.#line?.finish()
  }

  #judge (): void {
    const status = STATUS.exec(this.#received)?.[1]
    if (status === '500' || this.#received.includes(FAULT)) this.#find('a fault of the service', this.#received)
    if (this.#handshake.isForbidden && GREETING.test(this.#received)) this.#find('a bad token was let in', this.#received)
    const signature = this.#handshake.secret.split('.')[2] ?? ''
    if (signature.length > 20 && this.#received.includes(signature)) this.#find('a token was repeated in the answer', this.#received)
  }

  #find (what: string, detail: string): void {
    this.#arena.findings.add({ what, detail: `${this.#arena.service.profile} settings, ${this.#manner}: ${JSON.stringify(detail)}`, case: this.#case, inputs: [this.#bytes] })
  }
}
