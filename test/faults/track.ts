import type { Position } from '../../src/relay/relay-message.ts'
import { Span } from './span.ts'

/** How far one receiver is on one topic. */
export class Track {
  readonly spans = new Map<string, Span>()
  /** The epoch that it is in; undefined before its first position. */
  epoch: string | undefined
  /** Where the topic stood at least when the receiver asked for what it had missed. */
  askedAt: Position | undefined
  /** Numbers that a replay has still to bring, one after the other. */
  replay: { next: number, readonly to: number } | undefined

  /** The receiver begins at a position, or goes on there after it was told that it misses what is between. */
  begin ({ epoch, seq }: Position): void {
    this.epoch = epoch
    if (!this.spans.has(epoch)) this.spans.set(epoch, new Span(seq))
  }

  /** The span of an epoch; a frame of one that the receiver was not told of begins it. */
  span (epoch: string, seq: number): Span {
    const known = this.spans.get(epoch)
    if (known !== undefined) return known
    const span = new Span(seq - 1)
    this.spans.set(epoch, span)
    return span
  }
}
