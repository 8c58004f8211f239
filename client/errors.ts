/** Whatever goes wrong between a program and the service; `code` is for programs, the message for people. Names are written out: a bundler makes others of the classes'. */
export class HubError extends Error {
  override readonly name: string = 'HubError'
  readonly code: string

  constructor (code: string, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}

/** The service refused a request; `code` is one of the protocol's, such as `NOT_IN_ROOM` or `RATE_LIMIT`. */
export class RefusedError extends HubError {
  override readonly name = 'RefusedError'
  /** `client`, `server` or `security`. */
  readonly severity: string

  constructor (code: string, message: string, severity = 'client') {
    super(code, message)
    this.severity = severity
  }
}

/** The hub is closed for good: by the program, or by a close code after which coming back makes no sense. */
export class ClosedError extends HubError {
  override readonly name = 'ClosedError'
  /** Close code of the connection, 1000 where the program closed it. */
  readonly closeCode: number

  constructor (closeCode: number, message: string, options?: { readonly cause?: unknown }) {
    super('CLOSED', message, options)
    this.closeCode = closeCode
  }
}

/** The connection ended before the answer to a request that is not safe to repeat: what came of it is unknown. */
export class LostError extends HubError {
  override readonly name = 'LostError'

  constructor (type: string) {
    super('CONNECTION_LOST', `the connection ended before the answer to ${type}`)
  }
}

/** No answer in time. */
export class TimeoutError extends HubError {
  override readonly name = 'TimeoutError'
  /** True when the service may have got it: the same id asks again without doing it twice. */
  readonly mayHaveArrived: boolean

  constructor (type: string, ms: number, mayHaveArrived: boolean) {
    super('TIMEOUT', `no answer to ${type} within ${ms} ms`)
    this.mayHaveArrived = mayHaveArrived
  }
}

/** Too much waits for the connection already; nothing was sent. */
export class QueueFullError extends HubError {
  override readonly name = 'QueueFullError'

  constructor (what: string) {
    super('QUEUE_FULL', `the queue is full: ${what}`)
  }
}

/** The message is above what the service reads; nothing was sent. */
export class TooLargeError extends HubError {
  override readonly name = 'TooLargeError'
  /** Bytes of the frame. */
  readonly size: number
  /** Bytes that a frame may have. */
  readonly limit: number

  constructor (size: number, limit: number) {
    super('MESSAGE_TOO_LARGE', `the message has ${size} bytes, at most ${limit} are allowed`)
    this.size = size
    this.limit = limit
  }
}
