import type { Direction } from './entry.ts'

/** Hears every text of a connection as it is on the wire. */
export type Listener = (direction: Direction, text: string) => void

/** The browser's WebSocket with somebody listening in; the first frame of a connection and all that goes out are seen nowhere else. */
export function tapped (listener: Listener) {
  return class TappedSocket extends WebSocket {
    constructor (url: string, protocols: string[]) {
      super(url, protocols)
      this.addEventListener('message', ({ data }) => { if (typeof data === 'string') listener('in', data) })
    }

    override send (text: string): void {
      super.send(text)
      listener('out', text)
    }
  }
}
