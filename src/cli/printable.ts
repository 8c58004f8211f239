/** Control characters, and those that reorder or break lines: what others wrote must not steer a terminal. */
const UNSAFE = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** The text on one line, with everything that could act on a terminal written out as `\u001b`. */
export function printable (text: string): string {
  return text.replace(UNSAFE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
