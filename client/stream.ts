import type { Message, Position, Standing } from './protocol.ts'

/** One topic as a client follows it over many connections: where it stands, and which frames are new. */
export class Stream {
  readonly topic: string
  /** The highest number seen in a frame or an ack; undefined until the service has told one. */
  #position: Position | undefined
  /** What has come since the position was told to the service, until it answers. */
  #held: Message[] | undefined
  #toReplay = 0
  /** An ack says nothing about what a replay has still to bring. */
  #acked: Position | undefined

  constructor (topic: string) {
    this.topic = topic
  }

  get position (): Position | undefined {
    return this.#position
  }

  /** True once the service has told, on this connection, where the topic stands. */
  isFollowed = false

  /** The connection is gone. */
  lost (): void {
    this.isFollowed = false
    this.#held = undefined
    this.#acked = undefined
    this.#toReplay = 0
  }

  /** The service is asked for what is missing: until it answers, nothing of the topic is passed on. */
  ask (): void {
    this.isFollowed = false
    this.#acked = undefined
    this.#toReplay = 0
    this.#held ??= []
  }

  /** Takes the answer; gives back what to pass on now. */
  answered ({ epoch, seq, recovered, missed = 0 }: Standing): Message[] {
    const held = this.#held ?? []
    const before = this.#position
    this.isFollowed = true
    this.#held = undefined
    this.#position = { epoch, seq }
    this.#toReplay = recovered === true ? missed : 0
    this.#catchUpWithAck()
    // With recovery all that was held comes again, in its place.
    if (recovered === true) return []
    return held.filter(({ seq = Infinity }) => before?.epoch !== epoch || seq > before.seq)
  }

  /** True when a frame is to be passed on now: it is new, and in its place. */
  take (frame: Message): boolean {
    const { seq } = frame
    if (seq === undefined) return true
    if (this.#held !== undefined) {
      this.#held.push(frame)
      return false
    }
    if (this.#position === undefined) return true
    if (this.#toReplay > 0) this.#toReplay -= 1
    const isNew = seq > this.#position.seq
    this.#moveTo(seq)
    this.#catchUpWithAck()
    return isNew
  }

  /** Messages above that number did not come, whatever an ack said of later ones. */
  rewind (seq: number): void {
    if (this.#position !== undefined && seq >= 0 && seq < this.#position.seq) this.#position = { epoch: this.#position.epoch, seq }
  }

  /** A message of this client has a place in the stream. */
  acked (position: Position): void {
    if (this.#acked?.epoch !== position.epoch || this.#acked.seq < position.seq) this.#acked = position
    this.#catchUpWithAck()
  }

  #catchUpWithAck (): void {
    if (!this.isFollowed || this.#toReplay > 0 || this.#acked === undefined) return
    if (this.#acked.epoch === this.#position?.epoch) this.#moveTo(this.#acked.seq)
    this.#acked = undefined
  }

  #moveTo (seq: number): void {
    if (this.#position !== undefined && seq > this.#position.seq) this.#position = { epoch: this.#position.epoch, seq }
  }
}
