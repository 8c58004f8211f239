/** First byte of an unfragmented, uncompressed text frame (RFC 6455 section 5.2). */
export const FIN_TEXT = 0x81
/** The same of a binary frame. */
const FIN_BINARY = 0x82
const LENGTH_16 = 126
const LENGTH_64 = 127

/** One WebSocket frame, header and content in one buffer, unmasked as a server sends it. */
export type Frame = Buffer

/** Frames a text once, so that every receiver can be handed the same bytes. */
export function encodeTextFrame (text: string): Frame {
  const length = Buffer.byteLength(text)
  const frame = allocateFrame(FIN_TEXT, length)
  frame.write(text, frame.length - length, 'utf8')
  return frame
}

/** The same for a binary message. */
export function encodeBinaryFrame (content: Buffer): Frame {
  const frame = allocateFrame(FIN_BINARY, content.length)
  content.copy(frame, frame.length - content.length)
  return frame
}

/** A frame with its header written and room for so many bytes behind it. */
export function allocateFrame (firstByte: number, length: number): Frame {
  const headerLength = length < LENGTH_16 ? 2 : length <= 0xffff ? 4 : 10
  const frame = Buffer.allocUnsafe(headerLength + length)
  frame[0] = firstByte
  if (headerLength === 2) {
    frame[1] = length
  } else if (headerLength === 4) {
    frame[1] = LENGTH_16
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = LENGTH_64
    frame.writeBigUInt64BE(BigInt(length), 2)
  }
  return frame
}

/** What stands behind the header. */
export function contentOf (frame: Frame): Buffer {
  const headerLength = frame[1] === LENGTH_64 ? 10 : frame[1] === LENGTH_16 ? 4 : 2
  return frame.subarray(headerLength)
}
