import type { Codec, Frame } from './codec.ts'
import type { SocketLike } from './environment.ts'
import type { Message } from './protocol.ts'

/** How a connection ended: a close code, 1006 where there was none. */
export interface End {
  readonly code: number
  readonly reason: string
}

/** What a link tells; after the end nothing more. */
export interface LinkEvents {
  readonly onFrame: (frame: Message) => void
  readonly onEnd: (end: End) => void
}

const OPEN = 1
const ABNORMAL = 1006
/** Of the codes that are free for applications; should it still arrive, the next connection is on its way. */
const GONE_WRONG = 4000

/** One connection: frames in and out, one end. */
export class Link {
  readonly #socket: SocketLike
  readonly #codec: Codec
  #events: LinkEvents | undefined

  constructor (socket: SocketLike, codec: Codec, events: LinkEvents) {
    this.#socket = socket
    this.#codec = codec
    this.#events = events
    socket.binaryType = 'arraybuffer'
    socket.onmessage = ({ data }: { readonly data: unknown }) => this.#take(data)
    // What was wrong shows in the close that follows; without a listener `ws` would throw it.
    socket.onerror = () => {}
    socket.onclose = ({ code, reason }: End) => this.#end({ code, reason })
  }

  /** What is sent when the link is not open is lost, as on any broken connection. */
  send (frame: Frame): void {
    if (this.#socket.readyState === OPEN) this.#socket.send(frame)
  }

  /** Ends it at once for this side. On a dead network the closing handshake would take minutes. */
  end (end: End = { code: ABNORMAL, reason: 'cut' }): void {
    this.#socket.onmessage = null
    this.#socket.onclose = null
    // 1006 may not be sent; without any code the service would take it for an orderly end, and tell others that the user went.
    this.#socket.close(end.code === ABNORMAL ? GONE_WRONG : end.code, end.reason)
    this.#end(end)
  }

  #take (data: unknown): void {
    const frame = this.#read(data)
    if (frame === undefined) this.end({ code: ABNORMAL, reason: 'an unreadable frame' })
    else this.#events?.onFrame(frame)
  }

  #read (data: unknown): Message | undefined {
    try {
      return this.#codec.decode(data)
    } catch {
      return undefined
    }
  }

  #end (end: End): void {
    const events = this.#events
    this.#events = undefined
    events?.onEnd(end)
  }
}
