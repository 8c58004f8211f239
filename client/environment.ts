import type { Frame } from './codec.ts'
import { isRecord } from './protocol.ts'

/** As much of a WebSocket as is needed: a browser's, Node's own, or that of the package `ws`. */
export interface SocketLike {
  readonly readyState: number
  binaryType?: string
  onopen: ((event: never) => void) | null
  onmessage: ((event: never) => void) | null
  onerror: ((event: never) => void) | null
  onclose: ((event: never) => void) | null
  send (frame: Frame): void
  close (code?: number, reason?: string): void
}

export type SocketConstructor = new (url: string, protocols: string[]) => SocketLike

/** The platform's WebSocket. Throws where there is none, as in Node before version 22. */
export function platformSocket (): SocketConstructor {
  const { WebSocket } = globalThis as { WebSocket?: SocketConstructor }
  if (WebSocket === undefined) throw new TypeError('this platform has no WebSocket: hand one in, as in connect(url, { WebSocket }) with that of the package ws')
  return WebSocket
}

/** Calls back when a page is looked at again, or the network is back or gone. What it gives back ends that; nothing happens outside of pages. */
export function whenWoken (wake: () => void, probe: () => void): () => void {
  const { document } = globalThis as { document?: unknown }
  const targets: Array<[unknown, string, () => void]> = [
    [document, 'visibilitychange', () => { if (isRecord(document) && document['visibilityState'] === 'visible') wake() }],
    [globalThis, 'pageshow', wake],
    [globalThis, 'online', wake],
    [globalThis, 'offline', probe]
  ]
  const listening = targets.filter((entry): entry is [EventTarget, string, () => void] => isListenable(entry[0]))
  for (const [target, name, handler] of listening) target.addEventListener(name, handler)
  return () => { for (const [target, name, handler] of listening) target.removeEventListener(name, handler) }
}

function isListenable (target: unknown): target is EventTarget {
  return typeof (target as { addEventListener?: unknown } | undefined)?.addEventListener === 'function'
}

/** Sixteen hexadecimal digits that no other client has. */
export function randomName (): string {
  return [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

const encoder = new TextEncoder()

/** Bytes of a frame; of a text those in UTF-8. */
export function byteLength (frame: Frame): number {
  return (typeof frame === 'string' ? encoder.encode(frame) : frame).length
}
