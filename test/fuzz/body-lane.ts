import { Random } from '../faults/random.ts'
import { lanesOf, seedOf, type Arena } from './arena.ts'
import { makeRestRequest, type RestRequest } from './body-text.ts'
import { Line, type Receiver } from './line.ts'
import type { Case } from './options.ts'
import { HANDSHAKE_TIMEOUT_MS } from './service.ts'

const HEAD = /^HTTP\/1\.1 (\d{3})[\s\S]*?\r\n\r\n/
const LENGTH = /\r\ncontent-length: (\d+)/i
/** Descriptions and metrics name the code, too. */
const FAULT = '"code":"INTERNAL_ERROR"'
const INTERIM = /^HTTP\/1\.1 100 [^\r]*\r\n\r\n/
const TICKET = /"ticket":"([\w-]{43})"/
const CLOSES = /\r\nconnection: close/i
const MAX_TICKETS = 500
const LONG = 20_000
const MAX_REQUESTS = 20
const ADDRESSES = 20
const FIRST_ADDRESS = 220

/** Connections that send fuzzed REST requests, several each as long as it is clear where one ends. */
export const bodyLane = lanesOf('bodies', async (arena, which) => await new FuzzedRequests(arena, which).run())

class FuzzedRequests implements Receiver {
  readonly #arena: Arena
  readonly #case: Case
  readonly #random: Random
  #request: RestRequest | undefined
  #left = MAX_REQUESTS
  #line: Line | undefined
  #received = ''
  #resolve = (): void => {}

  constructor (arena: Arena, which: Case) {
    this.#random = new Random(seedOf(arena.seed, which))
    this.#arena = arena
    this.#case = which
  }

  async run (): Promise<void> {
    const over = new Promise<void>((resolve) => { this.#resolve = resolve })
    const from = `127.0.0.${FIRST_ADDRESS + this.#case.lane % ADDRESSES}`
    this.#line = new Line({ port: this.#arena.service.port, from }, this.#arena.watchdog, this)
    this.#next(this.#line)
    await over
  }

  onBytes (chunk: Buffer): void {
    this.#received = (this.#received + chunk.toString('latin1')).replace(INTERIM, '')
    if (this.#request === undefined) return
    const [head = '', status = ''] = HEAD.exec(this.#received) ?? []
    if (head === '') return
    const length = LENGTH.exec(head)?.[1]
    if (length === undefined || this.#received.length >= head.length + Number(length)) this.#onAnswer(status, this.#received.slice(head.length))
  }

  onEnd (error: NodeJS.ErrnoException | undefined): void {
    if (error?.code === 'ECONNREFUSED') this.#find('no connection', String(error))
    if (this.#request !== undefined) this.#count('closed')
    this.#resolve()
  }

  onLate (): void {
    this.#arena.counts.unanswered += 1
    this.#find(this.#request === undefined ? 'the socket was not closed' : 'a request was neither answered nor its socket closed', this.#received)
    this.#request = undefined
    this.#line?.destroy()
  }

  #next (line: Line): void {
    this.#left -= 1
    this.#received = ''
    this.#request = makeRestRequest(this.#random)
    line.expectWithin(HANDSHAKE_TIMEOUT_MS + this.#arena.answerMs)
    line.write(Buffer.from(this.#request.text, 'latin1'))
  }

  #onAnswer (status: string, body: string): void {
    const request = this.#request
    if (request === undefined) return
    if (status === '500' || (body.length < LONG && body.includes(FAULT))) this.#find('a fault of the service', body)
    if (request.isForbidden && status.startsWith('2')) this.#find('somebody was obeyed who is no administrator', body)
    this.#keepTicket(body)
    this.#count(status)
    if (!request.isPlain || CLOSES.test(this.#received)) this.#left = 0
    if (this.#left > 0 && this.#line !== undefined) this.#next(this.#line)
    else this.#line?.finish()
  }

  #keepTicket (body: string): void {
    const ticket = TICKET.exec(body)?.[1]
    if (ticket !== undefined && this.#arena.tickets.length < MAX_TICKETS) this.#arena.tickets.push(ticket)
  }

  #count (outcome: string): void {
    this.#request = undefined
    this.#arena.counts.done.bodies += 1
    this.#arena.counts.bodies.count(outcome)
  }

  #find (what: string, detail: string): void {
    const inputs = this.#request === undefined ? [] : [Buffer.from(this.#request.text, 'latin1')]
    this.#arena.findings.add({ what, detail: `${this.#arena.service.profile} settings: ${JSON.stringify(detail)}`, case: this.#case, inputs })
  }
}
