import { RefusedError } from './refused-error.ts'

/** Opcodes of frames (RFC 6455 section 5.2). */
export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

const FIN = 0x80
const MASKED = 0x80
const LENGTH_16 = 126
const MASK_LENGTH = 4
const MAX_LENGTH = 0xffff
/** Clients must mask. One key for all is as much work for a server as a new one each time, and can be applied beforehand. */
const KEY = [0x5a, 0xc3, 0x17, 0x8e] as const

/** The bytes of a frame's content. */
export function bytesOf (content: string | Buffer): Buffer {
  return typeof content === 'string' ? Buffer.from(content) : content
}

/** A whole frame as a client sends it, masked. */
export function clientFrame (opcode: number, payload: Uint8Array): Buffer {
  const { length } = payload
  if (length > MAX_LENGTH) throw new RangeError(`a frame of ${length} bytes is more than the load sends (${MAX_LENGTH})`)
  const maskAt = length < LENGTH_16 ? 2 : 4
  const frame = Buffer.alloc(maskAt + MASK_LENGTH + length)
  frame[0] = FIN | opcode
  frame[1] = MASKED | (length < LENGTH_16 ? length : LENGTH_16)
  if (maskAt === 4) frame.writeUInt16BE(length, 2)
  frame.set(KEY, maskAt)
  frame.set(payload, maskAt + MASK_LENGTH)
  mask(frame, maskAt + MASK_LENGTH)
  return frame
}

/** Masks, or unmasks, what stands behind a frame's header. */
export function mask (frame: Buffer, payloadAt: number): void {
  for (let index = payloadAt; index < frame.length; index++) frame[index] = (frame[index] ?? 0) ^ (KEY[(index - payloadAt) & 3] ?? 0)
}

/** The close frame of a normal end. */
export function closeFrame (): Buffer {
  return clientFrame(OPCODE.close, Buffer.from([0x03, 0xe8]))
}

/** What a close frame says. */
export function readClose (payload: Buffer): RefusedError {
  if (payload.length < 2) return new RefusedError('closed without a code', { kind: 'connection', code: '1005', reason: '' })
  const code = String(payload.readUInt16BE(0))
  const reason = payload.toString('utf8', 2)
  return new RefusedError(`closed with ${code} ${reason}`.trim(), { kind: 'connection', code, reason })
}
