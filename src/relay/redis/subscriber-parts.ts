import type { Redis } from 'ioredis'

/** What a subscriber works with. */
export interface SubscriberParts {
  readonly link: Redis
  /** Whether the channels are those of a cluster's shard. */
  readonly sharded: boolean
  readonly pingMs: number
  readonly answerLimitMs: number
  /** Channels that may share a command; in a cluster those of one slot. All of them when left out. */
  readonly groupOf?: (channel: string) => number
  readonly onFrame: (channel: string, frame: Buffer) => void
  /** Some channels are published elsewhere now: their slot has moved. */
  readonly onMoved: () => void
  /** Redis would not let us subscribe, or was cut off meanwhile. */
  readonly onRefused: (error: Error) => void
  /** From here on what is published to the channels arrives; what was before, since an interruption perhaps, does not. */
  readonly onConfirmed: (channels: readonly string[]) => void
  /** The connection has broken: nothing arrives on these channels until they are confirmed again. */
  readonly onInterrupted: (channels: readonly string[]) => void
  /** The connection is back, and every channel with it. */
  readonly onRestored: () => void
}
