import type { Delivery, Dialect } from '../protocol/dialect.ts'
import { encodeBinaryFrame, encodeTextFrame, type Frame } from './frame.ts'

/** The frame of a delivery in a dialect; undefined for what its clients are not told. */
export function dialectFrame (dialect: Dialect, delivery: Delivery): Frame | undefined {
  if (dialect.wire === 'text') {
    const text = dialect.encode(delivery)
    return text === undefined ? undefined : encodeTextFrame(text)
  }
  const content = dialect.encode(delivery)
  return content === undefined ? undefined : encodeBinaryFrame(content)
}
