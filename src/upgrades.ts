import { ServerResponse, type IncomingMessage, type Server } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'

/** Answers a request, as an application does. */
type Route = (request: IncomingMessage, response: ServerResponse) => void
/** The response under way on a socket is known by this property of Node's only. */
type UpgradeSocket = Duplex & { readonly _httpMessage?: ServerResponse | null }

/** What is to be upgraded. */
export interface Asked {
  readonly socket: Duplex
  /** What came behind the headers of the request. */
  readonly head: Buffer
}

const known = new WeakMap<Server, Upgrades>()

/** The upgrades of a server: the same for all who ask. */
export function upgradesOf (server: Server, route: Route): Upgrades {
  const upgrades = known.get(server) ?? new Upgrades(server, route)
  known.set(server, upgrades)
  return upgrades
}

/**
 * The requests for an upgrade that one server gets, at an application that may answer some of them itself: by a plugin of its own, or
 * past its routes. Those of the hub's paths go to the application's routes unless they are on their way there already. So do all others
 * where nobody else listens: what is no WebSocket route answers as ever, and the connection ends after it. Offers of other protocols
 * (`h2c`, which some HTTP clients make with every request) are passed over there, as Node does where nobody listens.
 */
export class Upgrades {
  readonly #server: Server
  readonly #route: Route
  readonly #paths = new Set<string>()
  readonly #asked = new WeakMap<IncomingMessage, Asked>()
  readonly #accepted = new WeakSet<IncomingMessage>()
  /** Of requests at these paths that are neither upgraded nor answered. */
  readonly #waiting = new Set<Duplex>()
  /** The same for all sockets: a function of its own would cost each one memory. */
  readonly #forget: (this: Duplex) => void

  constructor (server: Server, route: Route) {
    this.#server = server
    this.#route = route
    const waiting = this.#waiting
    this.#forget = function (this: Duplex) { waiting.delete(this) }
  }

  /** Listens for upgrades at this path, too. */
  add (path: string): void {
    if (this.#paths.size === 0) this.#server.prependListener('upgrade', this.#onUpgrade)
    this.#paths.add(path)
  }

  /**
   * Leaves these paths; without any, all upgrades. An upgrade that came then would be answered, but its socket kept the server open for
   * ever; so would one that waits for its answer still.
   */
  remove (paths: readonly string[]): void {
    for (const path of paths) this.#paths.delete(path)
    if (this.#paths.size > 0) return
    this.#server.removeListener('upgrade', this.#onUpgrade)
    for (const socket of this.#waiting) socket.destroy()
  }

  /** True for a request that asks for an upgrade. */
  has (request: IncomingMessage): boolean {
    return this.#asked.has(request)
  }

  /** Hands a request over to whoever upgrades its socket; undefined for one that asks for no upgrade. */
  accept (request: IncomingMessage): Asked | undefined {
    const asked = this.#asked.get(request)
    this.#accepted.add(request)
    if (asked !== undefined) this.#letGo(asked.socket)
    return asked
  }

  /** Ends the connection of a request that was answered, once the answer is out. Its socket is nobody's after that, and would keep the server from closing. */
  end (request: IncomingMessage): void {
    const socket = this.#asked.get(request)?.socket
    socket?.end(() => socket.destroy())
  }

  readonly #onUpgrade = (request: IncomingMessage, socket: UpgradeSocket, head: Buffer): void => {
    // Sent behind a request that is not answered yet, it would never be answered, nor its socket ever closed, whoever it is for.
    if (socket._httpMessage) {
      socket.destroy()
      return
    }
    const isOurs = this.#paths.has(pathOf(request))
    const isNobodys = !isOurs && this.#server.listenerCount('upgrade') === 1
    if (isNobodys && !isForWebSocket(request)) return this.#passOver(request, socket, head)
    this.#asked.set(request, { socket, head })
    if (!isOurs && !isNobodys) return
    // Node has taken its own listener away.
    socket.on('error', endBroken)
    if (isOurs) this.#wait(socket)
    // After all other listeners.
    process.nextTick(() => this.#answer(request, socket))
  }

  #wait (socket: Duplex): void {
    this.#waiting.add(socket)
    socket.on('close', this.#forget)
  }

  #letGo (socket: Duplex): void {
    this.#waiting.delete(socket)
    socket.removeListener('close', this.#forget)
    socket.removeListener('error', endBroken)
  }

  /** Has the request read once more, without the offer: only so is its body read, too. */
  #passOver (request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.unshift(Buffer.concat([headOf(request), head]))
    this.#server.emit(socket instanceof TLSSocket ? 'secureConnection' : 'connection', socket)
  }

  #answer (request: IncomingMessage, socket: UpgradeSocket): void {
    if (this.#accepted.has(request)) return
    const response = socket._httpMessage ?? this.#dispatch(request, socket)
    // Only an upgrade that is refused has an answer that ends.
    if (response.writableFinished) this.end(request)
    else response.once('finish', () => this.end(request))
  }

  #dispatch (request: IncomingMessage, socket: Duplex): ServerResponse {
    const response = new ServerResponse(request)
    response.shouldKeepAlive = false
    // Node says any stream will do where a server asks for upgrades; its types name the usual one.
    if (socket instanceof Socket) response.assignSocket(socket)
    this.#route(request, response)
    return response
  }
}

function endBroken (this: Duplex): void {
  this.destroy()
}

function pathOf ({ url = '' }: IncomingMessage): string {
  const [path = ''] = url.split('?', 1)
  return path
}

function isForWebSocket ({ headers: { upgrade = '' } }: IncomingMessage): boolean {
  return upgrade.toLowerCase() === 'websocket'
}

/** Request line and headers as they came, without what asks for an upgrade. */
function headOf ({ method = '', url = '', httpVersion, rawHeaders }: IncomingMessage): Buffer {
  const lines = rawHeaders.flatMap((name, index) => index % 2 === 1 || name.toLowerCase() === 'upgrade' ? [] : [`${name}: ${rawHeaders[index + 1] ?? ''}`])
  return Buffer.from([`${method} ${url} HTTP/${httpVersion}`, ...lines, '', ''].join('\r\n'), 'latin1')
}
