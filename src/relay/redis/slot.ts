/** Slots of a cluster (Redis Cluster Specification, Key distribution model). */
const SLOTS = 16_384
/** CRC16 as XMODEM has it (same source, appendix A). */
const POLYNOMIAL = 0x1021

/** The slot of a key: that of its hash tag where it has one. */
export function slotOf (key: string): number {
  const open = key.indexOf('{')
  const close = key.indexOf('}', open + 1)
  const isTagged = open >= 0 && close > open + 1
  return crc16(Buffer.from(isTagged ? key.slice(open + 1, close) : key)) % SLOTS
}

function crc16 (bytes: Buffer): number {
  let crc = 0
  for (const byte of bytes) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ POLYNOMIAL
    crc &= 0xffff
  }
  return crc
}
