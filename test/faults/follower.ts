import type { Position } from '../../src/relay/relay-message.ts'
import type { Checker } from './checker.ts'

/** What a `room_info`, a `subscribed` or an entry of a `resumed` says about a topic. */
export interface Answer extends Position {
  readonly recovered?: boolean
  readonly missed?: number
}

/** A message as a frame brings it. */
export interface FollowedFrame {
  readonly seq: number
  readonly id: string
  readonly content: string
}

/** What a follower is to be: a receiver of a topic. */
export interface FollowerOptions {
  readonly receiver: string
  readonly topic: string
  readonly checker: Checker
}

/** One topic as a client follows it over many connections: where it stands, and whether frames count at the moment. */
export class Follower {
  readonly topic: string
  readonly #receiver: string
  readonly #checker: Checker
  /** The highest number seen in a frame or an ack; undefined until the first answer. */
  #position: Position | undefined
  #isAsking = true
  #toReplay = 0
  /** An ack says nothing about what a replay has still to bring. */
  #ackedMeanwhile: Position | undefined

  constructor ({ receiver, topic, checker }: FollowerOptions) {
    this.topic = topic
    this.#receiver = receiver
    this.#checker = checker
  }

  get position (): Position | undefined {
    return this.#position
  }

  /** True when frames of the connection count. */
  get isFollowing (): boolean {
    return !this.#isAsking
  }

  /** True when nothing is waited for. */
  get isSettled (): boolean {
    return !this.#isAsking && this.#toReplay === 0
  }

  /** Frames are ignored until the answer, which says what follows it. */
  ask (): void {
    this.#isAsking = true
    this.#toReplay = 0
    this.#ackedMeanwhile = undefined
    this.#checker.ask(this.#receiver, this.topic)
  }

  answered ({ epoch, seq, recovered, missed = 0 }: Answer): void {
    const answer = { epoch, seq }
    const named = { receiver: this.#receiver, topic: this.topic }
    const asked = this.#position
    if (asked === undefined) this.#checker.begin(this.#receiver, this.topic, answer)
    else if (recovered === true) this.#checker.resumed({ ...named, asked, answer }, missed)
    else this.#checker.lostTrack({ ...named, asked, answer })
    this.#position = answer
    this.#isAsking = false
    this.#toReplay = recovered === true ? missed : 0
    this.#catchUpWithAck()
  }

  frame ({ seq, id, content }: FollowedFrame): void {
    if (this.#isAsking || this.#position === undefined) return
    const { epoch } = this.#position
    this.#checker.receive({ receiver: this.#receiver, topic: this.topic, position: { epoch, seq }, id, content })
    this.#moveTo(seq)
    if (this.#toReplay === 0) return
    this.#toReplay -= 1
    this.#catchUpWithAck()
  }

  /** A message of this client has got a place. */
  acked (position: Position): void {
    if (this.#ackedMeanwhile?.epoch !== position.epoch || this.#ackedMeanwhile.seq < position.seq) this.#ackedMeanwhile = position
    this.#catchUpWithAck()
  }

  /** Messages are missing; true when they are to be asked for. */
  gap (from: number, to: number): boolean {
    if (this.#isAsking) return false
    this.#checker.gap(this.#receiver, this.topic, from, to)
    return true
  }

  #catchUpWithAck (): void {
    if (!this.isSettled || this.#ackedMeanwhile === undefined) return
    if (this.#ackedMeanwhile.epoch === this.#position?.epoch) this.#moveTo(this.#ackedMeanwhile.seq)
    this.#ackedMeanwhile = undefined
  }

  #moveTo (seq: number): void {
    if (this.#position !== undefined && seq > this.#position.seq) this.#position = { epoch: this.#position.epoch, seq }
  }
}
