/** What a firehose is to send. */
export interface Order {
  /** Numbered from 1. */
  readonly messages: number
  /** Number of one that is left out, for tests of the check. */
  readonly skip?: number
  /** Number of one that is sent twice, for tests of the check. */
  readonly repeat?: number
}

/** A connection to a firehose by one of the libraries that are compared. */
export interface Wire {
  /** Calls back with the number of each message as it comes. */
  listen (take: (seq: number) => void): void
  /** Resolves when the firehose is about to send. */
  start (order: Order): Promise<void>
  /** Says something in the room; resolves when it is acknowledged. */
  say (content: string): Promise<void>
  close (): void
}

/** Connects and comes into a room. */
export type Open = (url: string) => Promise<Wire>
