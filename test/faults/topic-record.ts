import type { Position } from '../../src/relay/relay-message.ts'
import type { Findings } from './findings.ts'
import { Track } from './track.ts'

/** A message until everybody has got it. */
export interface Message {
  readonly id: string
  readonly sender: string
  readonly content: string
  place?: Position
  isAcked: boolean
  isRefused: boolean
}

/** Two messages are looked through for those that nobody waits for, once so many were acked. */
const FORGET_EVERY = 500

/** What happened on one topic. */
export class TopicRecord {
  readonly topic: string
  readonly tracks = new Map<string, Track>()
  /** Those that somebody still waits for, and the refused ones. */
  readonly messages = new Map<string, Message>()
  /** The highest place of an acked message, in the last epoch. */
  top: Position | undefined
  readonly #findings: Findings
  readonly #ids = new Map<string, string>()
  readonly #epochs: string[] = []
  #ackedSinceForgetting = 0

  constructor (topic: string, findings: Findings) {
    this.topic = topic
    this.#findings = findings
  }

  trackOf (receiver: string): Track {
    const known = this.tracks.get(receiver)
    if (known !== undefined) return known
    const track = new Track()
    this.tracks.set(receiver, track)
    return track
  }

  /** An epoch was seen; the order in which they are seen is the order in which they began. */
  sawEpoch (epoch: string): void {
    if (!this.#epochs.includes(epoch)) this.#epochs.push(epoch)
  }

  messageAt ({ epoch, seq }: Position): Message | undefined {
    return this.messages.get(this.#ids.get(`${epoch} ${seq}`) ?? '')
  }

  /** A message was said to be, or seen, at a place. */
  placed (message: Message, position: Position): void {
    this.sawEpoch(position.epoch)
    const { place } = message
    const other = this.#ids.get(`${position.epoch} ${position.seq}`)
    if (other !== undefined && other !== message.id) this.#findings.note('unexplained', `${this.#at(position)} is ${other} and ${message.id}`)
    else if (place?.epoch === position.epoch && place.seq !== position.seq) this.#findings.note('doubled', `${message.id} at ${place.seq} and at ${this.#at(position)}`)
    // A store that was lost has forgotten the id with the message: the numbering that began then may have it once more.
    if (place?.epoch !== position.epoch) message.place = position
    this.#ids.set(`${position.epoch} ${position.seq}`, message.id)
  }

  /** Everybody who has passed the place without getting the message has lost it; the sender has not. */
  acked (message: Message, position: Position): void {
    message.isAcked = true
    const isOfLastEpoch = position.epoch === this.#epochs.at(-1)
    if (isOfLastEpoch && !(this.top?.epoch === position.epoch && this.top.seq > position.seq)) this.top = position
    for (const [receiver, track] of this.tracks) {
      const holes = track.spans.get(position.epoch)?.holes
      if (holes?.has(position.seq) === true) this.settleHole(receiver, position, message)
    }
    this.#ackedSinceForgetting += 1
    if (this.#ackedSinceForgetting >= FORGET_EVERY) this.#forget()
  }

  /** Says what a number is that a receiver has passed, if that is known. */
  settleHole (receiver: string, position: Position, message = this.messageAt(position)): void {
    const holes = this.trackOf(receiver).spans.get(position.epoch)?.holes
    if (message?.sender === receiver) holes?.delete(position.seq)
    else if (message?.isAcked === true && holes?.get(position.seq) !== 'lost') {
      holes?.set(position.seq, 'lost')
      this.#findings.note('lost', `${message.id} at ${this.#at(position)} for ${receiver}`)
    }
  }

  /** True when a receiver still has to get an acked message, or, being its sender, to pass it. */
  isOwed (receiver: string, { place }: Message): boolean {
    const track = this.tracks.get(receiver)
    if (place === undefined || track?.epoch === undefined) return false
    const span = track.spans.get(place.epoch)
    if (span !== undefined) return span.owes(place.seq)
    return this.#epochs.indexOf(place.epoch) > this.#epochs.indexOf(track.epoch)
  }

  #forget (): void {
    this.#ackedSinceForgetting = 0
    const receivers = [...this.tracks.keys()]
    for (const message of this.messages.values()) {
      const { id, place, isAcked } = message
      if (!isAcked || place === undefined || receivers.some((receiver) => this.isOwed(receiver, message))) continue
      this.messages.delete(id)
      this.#ids.delete(`${place.epoch} ${place.seq}`)
    }
  }

  #at ({ epoch, seq }: Position): string {
    return `${this.topic} ${epoch.slice(0, 8)}/${seq}`
  }
}
