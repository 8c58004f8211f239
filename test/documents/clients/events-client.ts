import WebSocket from 'ws'

type Handler = (event: { readonly type: string, readonly data: Readonly<Record<string, unknown>>, readonly timestamp: string }) => void

/** How document 003's clients are set up. */
export interface EventsClientOptions {
  /** `ws://host:port/ws` */
  readonly url: string
  readonly token: string
  readonly onEvent: Handler
  /** Asks the login service for a new token. */
  readonly refreshToken: () => Promise<string>
}

/** The browser client of document 003: reads `{type, data, timestamp}`, and at 1008 gets a new token and comes back. */
export class EventsClient {
  readonly closes: number[] = []
  readonly #options: EventsClientOptions
  #socket: WebSocket | undefined

  constructor (options: EventsClientOptions) {
    this.#options = options
    this.#connect(options.token)
  }

  disconnect (): void {
    this.#socket?.close(1000)
  }

  #connect (token: string): void {
    const { url, onEvent, refreshToken } = this.#options
    const socket = new WebSocket(`${url}?token=${token}`)
    this.#socket = socket
    socket.onmessage = ({ data }) => onEvent(JSON.parse(String(data)))
    socket.onclose = ({ code }) => {
      this.closes.push(code)
      if (code === 1008) refreshToken().then((newToken) => this.#connect(newToken))
    }
  }
}

/** How the script of document 003 runs. */
export interface ScriptOptions {
  readonly url: string
  readonly token: string
  /** How long it listens, ms. */
  readonly listensForMs: number
  readonly print: (line: string) => void
}

/** The script `test-websocket.js` of document 003: says what happens and ends after a while. It answers pings itself. */
export async function runTestScript ({ url, token, listensForMs, print }: ScriptOptions): Promise<void> {
  print('connecting')
  const socket = new WebSocket(`${url}?token=${token}`, { autoPong: false })
  await new Promise<void>((resolve) => {
    socket.on('open', () => {
      print('connected')
      setTimeout(() => {
        print('timeout')
        socket.close(1000)
      }, listensForMs)
    })
    socket.on('message', (data) => print(`message received: ${String(data)}`))
    socket.on('ping', () => socket.pong())
    socket.on('error', ({ message }) => print(`error: ${message}`))
    socket.on('close', (code) => {
      print(`disconnected: ${code}`)
      resolve()
    })
  })
}
