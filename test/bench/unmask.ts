/** What a client's frame says: its opcode and text, read as a server reads it. */
export function unmask (frame: Buffer): { readonly opcode: number, readonly text: string } {
  const second = frame[1] ?? 0
  const maskAt = (second & 0x7f) === 126 ? 4 : 2
  const length = maskAt === 4 ? frame.readUInt16BE(2) : second & 0x7f
  const key = frame.subarray(maskAt, maskAt + 4)
  const masked = frame.subarray(maskAt + 4)
  if ((second & 0x80) === 0 || masked.length !== length) throw new Error('not one masked frame')
  const payload = masked.map((byte, index) => byte ^ (key[index % 4] ?? 0))
  return { opcode: (frame[0] ?? 0) & 0x0f, text: Buffer.from(payload).toString() }
}
