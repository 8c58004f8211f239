import { connect, type Socket } from 'node:net'
import { handshake } from '../support/http-peer.ts'

/** So many connections come from one address: below the rate of handshakes that an address has by default. */
const CONNECTIONS_PER_ADDRESS = 500
const BYTE = 256

/** Who floods: opens connections from as many addresses of this machine as it likes, and counts those that are open. */
export class Attacker {
  readonly #target: URL
  readonly #network: number
  readonly #open = new Set<Socket>()
  #connections = 0
  #mostOpen = 0

  /** `network`, 2 to 255, is where the addresses of this attacker are: 127.network.x.y. */
  constructor (address: string, network: number) {
    this.#target = new URL(address)
    this.#network = network
  }

  /** The most connections that were open at a time. */
  get mostOpen (): number {
    return this.#mostOpen
  }

  get open (): number {
    return this.#open.size
  }

  /** Connects from the address that is its turn, or always from the first; what is received is not looked at. */
  async connect ({ sameAddress = false } = {}): Promise<Socket> {
    const block = sameAddress ? 0 : Math.floor(this.#connections++ / CONNECTIONS_PER_ADDRESS)
    const localAddress = `127.${this.#network}.${Math.floor(block / BYTE)}.${1 + block % (BYTE - 2)}`
    const socket = connect({ port: Number(this.#target.port), host: this.#target.hostname, localAddress })
    // To be cut off is what floods are for.
    socket.on('error', () => {})
    await first(socket, ['connect', 'close'])
    this.#open.add(socket)
    this.#mostOpen = Math.max(this.#mostOpen, this.#open.size)
    socket.on('close', () => this.#open.delete(socket))
    socket.resume()
    return socket
  }

  /** Connects and shakes hands with a token; resolves with a socket that is a WebSocket, or has been closed. */
  async enter (token: string): Promise<Socket> {
    const socket = await this.connect()
    socket.write(handshake({ path: `/ws?token=${token}` }))
    await first(socket, ['data', 'close'])
    return socket
  }

  /** Cuts everything that is still open. */
  async cutAll (): Promise<void> {
    const closed = [...this.#open].map(async (socket) => {
      socket.destroy()
      await first(socket, ['close'])
    })
    await Promise.all(closed)
  }
}

/** Sends bytes again and again, as fast as they are taken, until the connection ends. Resolves with how often. */
export async function pour (socket: Socket, bytes: Buffer, times: number): Promise<number> {
  let sent = 0
  for (; sent < times && socket.writable; sent += 1) {
    if (!socket.write(bytes)) await first(socket, ['drain', 'close'])
  }
  return sent
}

/** Resolves when the other side has ended the connection, or has had so many ms to do it. */
export async function ended (socket: Socket, patienceMs = 1_000): Promise<void> {
  await first(socket, ['close'], patienceMs)
}

/** Resolves with the first of these events, when the socket is closed already, or after so many ms. */
async function first (socket: Socket, events: readonly string[], patienceMs?: number): Promise<void> {
  if (socket.closed) return
  await new Promise<void>((resolve) => {
    const timer = patienceMs === undefined ? undefined : setTimeout(done, patienceMs)
    function done (): void {
      clearTimeout(timer)
      for (const event of events) socket.removeListener(event, done)
      resolve()
    }
    for (const event of events) socket.on(event, done)
  })
}
