import { clientFrame } from './wire-frames.ts'

const MASKED = 0x80
const MASK_BYTES = 4
const LENGTH_OF_64_BITS = 127

/** A client's frame with any first byte: FIN is bit 0x80, then three reserved bits, then four of the opcode. */
export function oddFrame (first: number, content: Buffer | string = ''): Buffer {
  const frame = clientFrame(0, content)
  frame[0] = first
  return frame
}

/** A frame without the mask that a client's must have. */
export function unmasked (first: number, content: string): Buffer {
  const frame = oddFrame(first, content)
  const payload = Buffer.from(content)
  const header = frame.subarray(0, frame.length - payload.length - MASK_BYTES)
  header[1] = (header[1] ?? 0) & ~MASKED
  return Buffer.concat([header, payload])
}

/** A frame whose payload is masked with these bytes. */
export function maskedWith (mask: readonly [number, number, number, number], first: number, content: Buffer | string): Buffer {
  const payload = Buffer.from(content)
  const frame = oddFrame(first, Buffer.from(payload.map((byte, index) => byte ^ (mask[index % MASK_BYTES] ?? 0))))
  frame.set(mask, frame.length - payload.length - MASK_BYTES)
  return frame
}

/** The beginning of a frame that says it is so long: what follows never comes. */
export function claimOf (first: number, bytes: bigint): Buffer {
  const header = Buffer.alloc(14)
  header[0] = first
  header[1] = MASKED | LENGTH_OF_64_BITS
  header.writeBigUInt64BE(bytes, 2)
  return header
}

/** A message in as many frames as there are pieces. */
export function inPieces (opcode: number, pieces: ReadonlyArray<Buffer | string>): Buffer {
  return Buffer.concat(pieces.map((piece, index) => oddFrame((index === 0 ? opcode : 0) | (index === pieces.length - 1 ? 0x80 : 0), piece)))
}

/** A close frame of any code, and of any reason. */
export function oddClose (code: number, reason: Buffer | string = ''): Buffer {
  const head = Buffer.alloc(2)
  head.writeUInt16BE(code)
  return oddFrame(0x88, Buffer.concat([head, Buffer.from(reason)]))
}
