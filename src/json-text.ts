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

/** The JSON text of an object. Fields that are undefined are left out, and a {@link JsonText} is passed on as it is. */
export function objectText (fields: Readonly<Record<string, unknown>>): string {
  const parts: string[] = []
  for (const [key, value] of Object.entries(fields)) {
    if (value !== undefined) parts.push(`${JSON.stringify(key)}:${jsonTextOf(value)}`)
  }
  return `{${parts.join()}}`
}

/** The JSON text of any value; `undefined` becomes `null`. Throws like `JSON.stringify`. */
export function jsonTextOf (value: unknown): string {
  return value instanceof JsonText ? value.text : JSON.stringify(value) ?? 'null'
}
