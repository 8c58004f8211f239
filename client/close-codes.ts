/** Close codes after which coming back makes no sense (protocol, «Close codes»); 1000 from the service included. */
const FINAL = new Set([1000, 1003, 1007, 1009, 4002, 4003, 4009])

/** Close codes that ask for another token: expired (1008), refused (4001). */
const NEW_TOKEN = new Set([1008, 4001])

export function isFinal (code: number): boolean {
  return FINAL.has(code)
}

export function needsNewToken (code: number): boolean {
  return NEW_TOKEN.has(code)
}
