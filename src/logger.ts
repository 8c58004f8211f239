/** Writes one structured line: the fields first, then the text, as pino does. */
export type LogMethod = (fields: object, text: string) => void

/** The narrow part of a pino logger that the domain needs; any pino instance fits. */
export interface Logger {
  readonly debug: LogMethod
  readonly info: LogMethod
  readonly warn: LogMethod
  readonly error: LogMethod
  /** A logger that adds `bindings` to each of its lines. */
  child (bindings: object): Logger
}
