const ZERO = 0x30

/** Reads a decimal number of fixed width. Makes no string: it runs for every frame. */
export function readDigits (bytes: Uint8Array, at: number, width: number): number {
  let value = 0
  for (let index = at; index < at + width; index++) value = value * 10 + (bytes[index] ?? ZERO) - ZERO
  return value
}

/** Reads the decimal number that begins here, however long; 0 when there is no digit. */
export function readNumber (bytes: Uint8Array, at: number): number {
  let value = 0
  for (let index = at; isDigit(bytes[index]); index++) value = value * 10 + (bytes[index] ?? ZERO) - ZERO
  return value
}

/** Writes a decimal number with leading zeros. */
export function writeDigits (bytes: Uint8Array, at: number, width: number, value: number): void {
  let rest = Math.trunc(value)
  for (let index = at + width - 1; index >= at; index--) {
    bytes[index] = ZERO + rest % 10
    rest = Math.trunc(rest / 10)
  }
}

/** Whether a byte is a decimal digit. */
export function isDigit (byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= ZERO + 9
}
