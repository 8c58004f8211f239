import type { Duplex } from 'node:stream'
import type { IncomingMessage } from 'node:http'
import websocket from '@fastify/websocket'
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { WebSocket } from 'ws'
import { answerProtocol, parseProtocols } from '../src/auth/subprotocol.ts'
import { isRecord } from '../src/guards.ts'
import { HttpError } from '../src/http-error.ts'
import { offersCompression, PERMESSAGE_DEFLATE } from '../src/hub/compression-offer.ts'
import { inflateInPlace } from '../src/hub/inflate-in-place.ts'
import { refuseMalformed } from '../src/malformed-request.ts'
import { dialects } from '../src/protocol/dialects/index.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** True for the routes that may be upgraded; all others refuse. */
    upgrades?: boolean
  }
}

/** Limits of the WebSocket layer itself. */
export interface SocketPluginOptions {
  /** A message above the protocol's hard limit closes the connection with 1009. */
  readonly maxPayloadBytes?: number
  /** How long a peer may take to answer a close frame, ms. */
  readonly closeTimeoutMs?: number
  /** Whether clients may have permessage-deflate. */
  readonly compression?: boolean
}

/** A message in more pieces than this is an attack: 64 KiB in pieces of 64 bytes. */
const MAX_FRAGMENTS = 1_024
/** A frame that is not whole yet is kept as it came. In more chunks than this, 256 KiB in those of 64 bytes, it costs many times its size. */
const MAX_BUFFERED_CHUNKS = 4_096
/**
 * Every message stands alone, so nobody has to keep a context between two. So many jobs for Node's threads at a time is ws' own
 * default; with two, a burst of messages cost twice as much to receive.
 */
const perMessageDeflate = { serverNoContextTakeover: true, clientNoContextTakeover: true, concurrencyLimit: 10 }
const routeMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** Upgrades for routes that ask for them and for no others; drains before the server closes. */
export default fp<SocketPluginOptions>(async (app, settings) => {
  app.server.prependListener('upgrade', refusePipelined)
  await app.register(websocket, { options: socketOptions(settings), preClose: drainAndClose, errorHandler: endBroken })
  app.websocketServer.on('wsClientError', refuseUnread(app.log))
  if (settings.compression === true) {
    app.server.prependListener('upgrade', settleOffer)
    app.websocketServer.on('connection', inflateInPlace)
  }
  app.addHook('onRequest', (request, _reply, done) => {
    const isMisled = request.ws && request.routeOptions.config.upgrades !== true
    if (isMisled && (!request.is404 || isKnownPath(app, request.url))) throw new HttpError(400, 'this route is no WebSocket route')
    done()
  })
}, { name: 'websocket', dependencies: ['sessions'], fastify: '5.x' })

/** The settings as options of ws; of a type of their own, because its types lack `closeTimeout`, `maxFragments` and `maxBufferedChunks`, and would refuse them in a literal. */
export function socketOptions ({ maxPayloadBytes = 262_144, closeTimeoutMs = 5_000, compression = false }: SocketPluginOptions) {
  return {
    maxPayload: maxPayloadBytes,
    closeTimeout: closeTimeoutMs,
    maxFragments: MAX_FRAGMENTS,
    maxBufferedChunks: MAX_BUFFERED_CHUNKS,
    perMessageDeflate: compression && perMessageDeflate,
    // Without this ws echoes the first entry, which may be a token.
    handleProtocols: (_offered: Set<string>, request: IncomingMessage) => (
      answerProtocol(parseProtocols(request.headers['sec-websocket-protocol']), dialects)
    )
  }
}

/** Refuses, as a listener of `wsClientError`, a handshake that only ws finds wrong. */
export function refuseUnread (log: FastifyBaseLogger) {
  return (error: Error, socket: Duplex, { socket: { remoteAddress: ip } }: IncomingMessage): void => {
    log.info({ ip, reason: error.message }, 'ws upgrade failed')
    refuseMalformed(error, socket)
  }
}

/** They mean something in the pattern of a route, so no path of a route without parameters has them. */
const PATTERN_CHARACTERS = /[*:()]/

/** True for a path that is there for another method than the one of the request. */
function isKnownPath (app: FastifyInstance, url: string): boolean {
  const [path = ''] = url.split(/[?#]/, 1)
  // What is a pattern to the router must not come from a client: it throws at some of them.
  if (PATTERN_CHARACTERS.test(path)) return false
  return routeMethods.some((method) => app.hasRoute({ method, url: path }))
}

/** Ends a socket. What its peer or the network did is worth no more than a debug line, a handler that throws is a fault of ours. */
export function endBroken (error: unknown, socket: WebSocket, { log }: FastifyRequest): void {
  const { syscall, code } = isRecord(error) ? error : {}
  const isOfPeer = syscall !== undefined || String(code).startsWith('WS_ERR_')
  if (isOfPeer) log.debug({ err: error }, 'WebSocket error')
  else log.error({ err: error }, 'socket handler failed')
  socket.terminate()
}

async function drainAndClose (this: FastifyInstance): Promise<void> {
  await this.drain.run()
  // Those that were refused with a close code are in no session, and may never answer.
  for (const socket of this.websocketServer.clients) socket.terminate()
  // An upgrade that came now would be answered, but its socket kept the server open for ever.
  this.server.removeAllListeners('upgrade')
}

/**
 * An upgrade sent behind a request that is not answered yet would never be answered, nor its socket ever closed.
 * The response under way is known by this property of Node's only.
 */
function refusePipelined (_request: IncomingMessage, socket: Duplex & { _httpMessage?: unknown }): void {
  if (socket._httpMessage) socket.destroy()
}

/** Leaves ws only to accept an offer of compression, or to see none. */
export function settleOffer ({ headers }: IncomingMessage): void {
  const offered = headers['sec-websocket-extensions']
  if (offered === undefined) return
  if (offersCompression(offered)) headers['sec-websocket-extensions'] = PERMESSAGE_DEFLATE
  else delete headers['sec-websocket-extensions']
}
