/** First byte of an unfragmented, uncompressed text frame (RFC 6455 section 5.2). */
const FIN_TEXT = 0x81
const LENGTH_16 = 126
const LENGTH_64 = 127

/** One WebSocket text frame, header and content in one buffer, unmasked as a server sends it. */
export type Frame = Buffer

/** Frames a text once, so that every receiver can be handed the same bytes. */
export function encodeTextFrame (text: string): Frame {
  const length = Buffer.byteLength(text)
  const headerLength = length < LENGTH_16 ? 2 : length <= 0xffff ? 4 : 10
  const frame = Buffer.allocUnsafe(headerLength + length)
  frame[0] = FIN_TEXT
  if (headerLength === 2) {
    frame[1] = length
  } else if (headerLength === 4) {
    frame[1] = LENGTH_16
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = LENGTH_64
    frame.writeBigUInt64BE(BigInt(length), 2)
  }
  frame.write(text, headerLength, 'utf8')
  return frame
}
