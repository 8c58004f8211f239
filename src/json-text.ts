/**
 * A JSON value that is kept as the text it came in: passed on without being parsed, by whoever does not need to look into it.
 * `JSON.stringify` sees the value.
 */
export class JsonText {
  readonly text: string

  constructor (text: string) {
    this.text = text
  }

  /** The value; parsed anew each time. */
  toJSON (): unknown {
    return JSON.parse(this.text)
  }
}

/** The JSON text of any value; `undefined` becomes `null`. Throws like `JSON.stringify`. */
export function jsonTextOf (value: unknown): string {
  return value instanceof JsonText ? value.text : JSON.stringify(value) ?? 'null'
}
