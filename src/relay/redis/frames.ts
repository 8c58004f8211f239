/**
 * What travels on the channels begins with a version and a kind, so that nodes of different releases can work together: what a node
 * does not know it skips and counts.
 */
export const WIRE_VERSION = '1'

/** What a frame on a channel is. */
export const frameKinds = {
  /** A published message, see `wire-message.ts`. */
  message: 'm',
  /** A change of presence: `<joined|left> <users>\n<JSON of the user>`, on the channel of `members:<room>`. */
  presence: 'p',
  /** A question to all nodes, see `asking.ts`. */
  question: 'q',
  /** The answer to one. */
  answer: 'a',
  /** How many connections a node queued a counted message to. */
  count: 'n',
  /** The list of banned users has changed. */
  bans: 'b',
  /** The list of banned tokens has changed. */
  tokenBans: 't'
} as const
