import { Asking } from './asking.ts'
import { BackOff } from './back-off.ts'
import type { Checker } from './checker.ts'
import { Follower } from './follower.ts'
import { Heartbeat } from './heartbeat.ts'
import { Link, type Incoming } from './link.ts'
import { Publications } from './publications.ts'
import type { Random } from './random.ts'
import { readAnswer, type Seat } from './requests.ts'

/** A room that a client is in for the whole run. */
export interface RoomSeat {
  readonly room: string
  readonly isMember: boolean
}

/** Who a client is and what it works with. */
export interface ClientOptions {
  /** Its user id, too; no two clients share one. */
  readonly name: string
  readonly token: string
  readonly rooms: readonly RoomSeat[]
  /** Of all nodes, `ws://host:port/ws`; the next one is tried when a connection ends. */
  readonly urls: readonly string[]
  readonly random: Random
  readonly checker: Checker
  /** A node that leaves something unanswered for so long is left, ms. */
  readonly answerLimitMs?: number
}

const ANSWER_LIMIT_MS = 2_000
const TICK_MS = 50
/** Share of the messages that are long, so that what was missed does not come in one piece, and characters of the longest. */
const LONG_SHARE = 0.02
const LONG_MOST = 40_000
/** What a connection that broke off is said to have ended with. */
const CUT = 1006

/** A client that stays: whatever happens to a connection, the next one goes on where it stood. */
export class ResumingClient {
  readonly name: string
  /** How often it connected, and how connections ended, by close code. */
  readonly connects = { count: 0, ends: new Map<number, number>() }
  readonly #options: ClientOptions
  readonly #seats: readonly Seat[]
  readonly #publications: Publications
  readonly #asking: Asking
  readonly #heartbeat = new Heartbeat()
  readonly #backOff: BackOff
  #link: Link | undefined
  #isConnected = false
  #isStopped = false
  #cutsAtAck = false
  #node: number
  #ticker: NodeJS.Timeout | undefined
  #reconnect: NodeJS.Timeout | undefined

  constructor (options: ClientOptions) {
    const { name, rooms, checker, random, urls } = options
    this.name = name
    this.#options = options
    this.#publications = new Publications(checker, random)
    this.#asking = new Asking(random)
    this.#backOff = new BackOff(random)
    this.#node = random.integer(0, urls.length - 1)
    const followerOf = (topic: string): Follower => new Follower({ receiver: name, topic, checker })
    const seats = rooms.map(({ room, isMember }) => ({ follower: followerOf(`room:${room}`), room, isMember }))
    this.#seats = [...seats, { follower: followerOf(`user:${name}`), room: undefined, isMember: false }]
  }

  get rooms (): readonly RoomSeat[] {
    return this.#options.rooms
  }

  /** True when it is connected, follows all its topics and has an answer to all it said. */
  get isSettled (): boolean {
    return this.#isConnected && this.#publications.size === 0 && this.#seats.every(({ follower }) => follower.isSettled)
  }

  /** Messages without an answer. */
  get unanswered (): number {
    return this.#publications.size
  }

  start (): void {
    this.#connect()
    this.#ticker = setInterval(() => this.#tick(), TICK_MS)
  }

  stop (): void {
    this.#isStopped = true
    clearInterval(this.#ticker)
    clearTimeout(this.#reconnect)
    this.#link?.cut()
  }

  /** Says something in one of its rooms, now or as soon as it can. */
  publish (room: string): void {
    const { name, checker, random } = this.#options
    const seat = this.#seats.find((one) => one.room === room)
    if (seat === undefined) throw new Error(`${name} is not in ${room}`)
    const { topic } = seat.follower
    const content = `${name} in ${room}: ${random.next()}${random.chance(LONG_SHARE) ? '.'.repeat(random.integer(1_000, LONG_MOST)) : ''}`
    const id = checker.sends({ sender: name, topic, content })
    this.#publications.add({ id, topic, envelope: { type: seat.isMember ? 'send_message' : 'publish', id, room, payload: { content } } })
    this.#publish()
  }

  /** Breaks the connection off; what was said last may have arrived or not. */
  cut (): void {
    const link = this.#link
    if (link === undefined) return
    this.#afterEnd(CUT)
    link.cut()
  }

  /** Breaks the connection off with the next ack: nothing that comes behind it is seen. */
  cutAtAck (): void {
    this.#cutsAtAck = true
  }

  /** Opens a new connection while the old one is still there; that one goes later, unheard. */
  replace (lingerMs: number): void {
    const old = this.#link
    clearTimeout(this.#reconnect)
    this.#leave()
    this.#connect()
    setTimeout(() => old?.cut(), lingerMs)
  }

  #connect (): void {
    const { urls, token, answerLimitMs = ANSWER_LIMIT_MS } = this.#options
    const link = this.#link = new Link(`${urls[this.#node % urls.length]}?token=${token}`, answerLimitMs, {
      onFrame: (frame) => { if (link === this.#link) this.#take(frame) },
      onEnd: (code) => { if (link === this.#link) this.#afterEnd(code) }
    })
  }

  /** Nothing more comes from the connection; the next one is to another node. */
  #leave (): void {
    this.#isConnected = false
    this.#link = undefined
    this.#asking.linkEnded()
    this.#publications.linkEnded()
    for (const { follower } of this.#seats) follower.ask()
    this.#node += 1
  }

  #afterEnd (code: number): void {
    const { ends } = this.connects
    ends.set(code, (ends.get(code) ?? 0) + 1)
    this.#leave()
    if (!this.#isStopped) this.#reconnect = setTimeout(() => this.#connect(), this.#backOff.next())
  }

  #take (frame: Incoming): void {
    const { type, topic, seq, id, payload } = frame
    if (topic !== undefined && seq !== undefined) return this.#seatOf(topic)?.follower.frame({ seq, id: id ?? '', content: String(payload.content) })
    if (type === 'connected') this.#greeted(payload.positions)
    else if (type === 'gap') this.#gap(String(payload.topic), Number(payload.from_seq), Number(payload.to_seq))
    else if (type === 'draining') this.#backOff.hintMs = Number(payload.retry_after_ms)
    else if (type === 'pong') this.#heartbeat.pong(performance.now())
    else if (id !== undefined) this.#answered(id, frame)
  }

  /** The greeting tells the first position of the topic of the user; where it does not, that is asked for like the others. */
  #greeted (positions: unknown): void {
    this.#isConnected = true
    this.connects.count += 1
    this.#backOff.reset()
    this.#heartbeat.begin(performance.now())
    for (const { room, follower } of this.#seats) {
      const answer = room === undefined && follower.position === undefined ? readAnswer(Object(positions)[follower.topic]) : undefined
      if (answer !== undefined) follower.answered(answer)
    }
    this.#ask(this.#seats.filter(({ follower }) => !follower.isFollowing))
  }

  #gap (topic: string, from: number, to: number): void {
    const seat = this.#seatOf(topic)
    if (seat?.follower.gap(from, to) === true) this.#ask([seat])
  }

  #ask (seats: readonly Seat[]): void {
    this.#asking.ask(seats, (envelope) => this.#link?.send(envelope))
  }

  #answered (id: string, frame: Incoming): void {
    const { type, payload } = frame
    const now = performance.now()
    if (this.#asking.answered(id, frame)) this.#publish()
    else if (type === 'ack') this.#acked(id, payload, now)
    else if (type === 'error') this.#publications.failed(id, String(payload.code), now)
  }

  #acked (id: string, payload: Incoming['payload'], now: number): void {
    const place = readAnswer(payload)
    const position = place && { epoch: place.epoch, seq: place.seq }
    const topic = this.#publications.acked(id, position, { isDuplicate: payload.duplicate === true, now })
    if (position !== undefined) this.#seatOf(topic)?.follower.acked(position)
    if (this.#cutsAtAck) this.cut()
    this.#cutsAtAck = false
  }

  #publish (): void {
    if (!this.#isConnected) return
    const mayGo = (topic: string): boolean => this.#seatOf(topic)?.follower.isFollowing === true
    for (const { envelope } of this.#publications.takeDue(performance.now(), mayGo)) this.#link?.send(envelope)
  }

  #tick (): void {
    if (!this.#isConnected) return
    const now = performance.now()
    if (this.#isSilent(now)) return this.cut()
    const due = this.#asking.due(now)
    if (due.length > 0) this.#ask(due)
    this.#publish()
    if (this.#heartbeat.takeTurn(now)) this.#link?.send({ type: 'ping', id: 'ping' })
  }

  /** A node that stands still answers nothing, and closes nothing either. */
  #isSilent (now: number): boolean {
    const { answerLimitMs = ANSWER_LIMIT_MS } = this.#options
    return now - Math.min(this.#heartbeat.unansweredSince, this.#publications.oldestSentAt, this.#asking.oldestSentAt) > answerLimitMs
  }

  #seatOf (topic: string | undefined): Seat | undefined {
    return this.#seats.find(({ follower }) => follower.topic === topic)
  }
}
