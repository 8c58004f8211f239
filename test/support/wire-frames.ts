/** One WebSocket frame as it stands on the wire. */
export interface WireFrame {
  readonly opcode: number
  readonly payload: Buffer
}

export const TEXT = 0x1
export const BINARY = 0x2
export const CLOSE = 0x8
export const PING = 0x9
export const PONG = 0xa

/** Splits bytes of a server (unmasked, unfragmented) into frames, however they are cut into chunks. */
export class FrameSplitter {
  #rest: Buffer = Buffer.alloc(0)

  /** Takes a chunk; returns the frames that are complete now. */
  push (chunk: Buffer): WireFrame[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    const frames: WireFrame[] = []
    for (let frame = this.#take(); frame !== undefined; frame = this.#take()) frames.push(frame)
    return frames
  }

  #take (): WireFrame | undefined {
    const [first = 0, second = 0] = this.#rest
    const headerLength = second === 127 ? 10 : second === 126 ? 4 : 2
    if (this.#rest.length < headerLength) return undefined
    const length = second === 127 ? Number(this.#rest.readBigUInt64BE(2)) : second === 126 ? this.#rest.readUInt16BE(2) : second
    const end = headerLength + length
    if (this.#rest.length < end) return undefined
    const payload = this.#rest.subarray(headerLength, end)
    this.#rest = this.#rest.subarray(end)
    return { opcode: first & 0x0f, payload }
  }
}

/** A frame as a client sends it: masked, here with zeros, which leave the content as it is. */
export function clientFrame (opcode: number, content: Buffer | string = ''): Buffer {
  const payload = Buffer.from(content)
  const header = Buffer.alloc(payload.length < 126 ? 6 : payload.length <= 0xffff ? 8 : 14)
  header[0] = 0x80 | opcode
  if (payload.length < 126) {
    header[1] = 0x80 | payload.length
  } else if (payload.length <= 0xffff) {
    header[1] = 0x80 | 126
    header.writeUInt16BE(payload.length, 2)
  } else {
    header[1] = 0x80 | 127
    header.writeBigUInt64BE(BigInt(payload.length), 2)
  }
  return Buffer.concat([header, payload])
}

/** A close frame of a client. */
export function clientClose (code: number): Buffer {
  const payload = Buffer.alloc(2)
  payload.writeUInt16BE(code)
  return clientFrame(CLOSE, payload)
}

/** The code of a close frame; 1005 when it carries none. */
export function closeCodeOf ({ payload }: WireFrame): number {
  return payload.length < 2 ? 1005 : payload.readUInt16BE()
}
