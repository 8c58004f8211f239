/** What a client should do after a close. */
export type Reconnect = 'no' | 'yes' | 'new token' | 'back-off'

interface CloseCodeEntry {
  readonly code: number
  /** Sent as the close reason; at most 123 bytes, the limit of RFC 6455 section 5.5. */
  readonly reason: string
  readonly reconnect: Reconnect
}

/** Close codes of the protocol: every way the server itself ends a connection. */
export const closeCodes = {
  normal: { code: 1000, reason: 'bye', reconnect: 'no' },
  binaryNotWanted: { code: 1003, reason: 'text frames only', reconnect: 'no' },
  tokenExpired: { code: 1008, reason: 'token expired', reconnect: 'new token' },
  restarting: { code: 1012, reason: 'service restart', reconnect: 'yes' },
  tooSlow: { code: 1013, reason: 'reading too slowly', reconnect: 'back-off' },
  unauthorized: { code: 4001, reason: 'Authentication failed', reconnect: 'new token' },
  invalidJson: { code: 4002, reason: 'Invalid JSON', reconnect: 'no' },
  forbidden: { code: 4003, reason: 'forbidden', reconnect: 'no' },
  disconnected: { code: 4004, reason: 'disconnected by an administrator', reconnect: 'back-off' },
  replaced: { code: 4009, reason: 'replaced by a newer session', reconnect: 'no' },
  rateLimit: { code: 4029, reason: 'rate limit', reconnect: 'back-off' }
} as const satisfies Record<string, CloseCodeEntry>

/** One row of the table. */
export type CloseCode = Readonly<CloseCodeEntry>

/** Closes after which the user is gone at once; after any other the presence grace runs. 1005 is a close frame without a code. */
export function isOrderly (code: number): boolean {
  return code === 1000 || code === 1005
}
