import type { Position } from '../../src/relay/relay-message.ts'
import type { Wrong } from './findings.ts'

/** A message that is about to be sent. */
export interface Sending {
  readonly sender: string
  readonly topic: string
  readonly content: string
}

/** A message that a receiver got in a frame. */
export interface Receipt {
  readonly receiver: string
  readonly topic: string
  readonly position: Position
  readonly id: string
  readonly content: string
}

/** What a receiver asked for with `since` or `resume`, and where the answer says that it stands. */
export interface Resumption {
  readonly receiver: string
  readonly topic: string
  readonly asked: Position
  readonly answer: Position
}

/** What came of a run. */
export interface Verdict extends Readonly<Record<Wrong, number>> {
  readonly sent: number
  readonly acked: number
  /** Of these, repetitions that were answered with the first answer. */
  readonly duplicates: number
  readonly refused: number
  /** Messages of others in frames. */
  readonly delivered: number
  /** Own messages in frames: those of replays, and those that had been sent over another connection. */
  readonly own: number
  readonly resumedTrue: number
  readonly resumedFalse: number
  /** Resumptions that brought messages. */
  readonly replays: number
  readonly gaps: number
  /** The first findings of each kind in words. */
  readonly texts: readonly string[]
}
