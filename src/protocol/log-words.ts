/**
 * What the log calls the stages of a connection's life. Only the words differ, never the fields: whoever moves a service with its clients
 * here keeps the searches and alarms on its log, and everybody else has the words of document 000.
 */
export interface LogWords {
  /** A handshake without a good token was refused. */
  readonly unauthorized: string
  /** A handshake that is none was refused. */
  readonly upgradeFailed: string
  readonly connected: (userId: string) => string
  /** Something has ended the connection, which is about to be taken out; no line unless there is a word. */
  readonly disconnecting?: string
  readonly disconnected: (userId: string) => string
  /** A warning of an end that is none of the {@link expectedCodes}. */
  readonly unexpectedClose: string
  readonly expectedCodes: ReadonlySet<number>
  /** A second line behind the one of a request that has failed by no fault of the client's; none unless there is a word. */
  readonly handlerFailed?: string
  /** What was wrong with the token, of what the service has found and the header in which a token should have stood. */
  readonly tokenProblem: (found: string, authorization: string | undefined) => string
}

/** Those of document 000. Nothing to worry about is an end with 1000, 1001, or without a code: that is how browsers close. */
export const commonWords: LogWords = {
  unauthorized: 'ws auth failed',
  upgradeFailed: 'ws upgrade failed',
  connected: () => 'client connected',
  disconnected: () => 'client disconnected',
  unexpectedClose: 'unexpected close',
  expectedCodes: new Set([1000, 1001, 1005]),
  tokenProblem: (found) => found
}

/** Those of document 001, for which a connection that breaks off, 1006, is nothing to worry about either. */
export const notifyWords: LogWords = {
  unauthorized: 'WebSocket authentication failed',
  upgradeFailed: 'WebSocket upgrade failed',
  connected: () => 'WebSocket client connected',
  disconnecting: 'WebSocket client disconnecting',
  disconnected: () => 'WebSocket client disconnected',
  unexpectedClose: 'WebSocket error',
  expectedCodes: new Set([1000, 1001, 1005, 1006]),
  handlerFailed: 'Failed to handle WebSocket message',
  tokenProblem (found, authorization) {
    if (!found.includes('missing authentication token')) return `token validation failed: ${found}`
    return authorization === undefined ? 'authorization header missing' : 'bearer token format invalid'
  }
}

/** Those of document 004, which has words for two stages only. */
export const flatWords: LogWords = {
  ...commonWords,
  connected: (userId) => `WebSocket connected: user=${userId}`,
  disconnected: (userId) => `WebSocket disconnected: user=${userId}`
}
