import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Type } from '@sinclair/typebox'
import type { FastifyPluginAsync, FastifyRequest, preHandlerHookHandler } from 'fastify'
import type { WebSocket } from 'ws'
import { HttpError } from '../../src/http-error.ts'
import { readInTurns } from '../../src/hub/intake.ts'
import { attempt, isPromise } from '../../src/maybe-promise.ts'
import { closeCodes, type CloseCode } from '../../src/protocol/close-codes.ts'
import { commonWords, type LogWords } from '../../src/protocol/log-words.ts'
import { ErrorSchema } from '../schemas.ts'
import { Banned } from './banned.ts'
import { admissionProblem, askedDialect, checkHandshake, checkRoomLeft, queryOf, receive, type DoorOptions, type Visitor } from './door.ts'
import { WaitingRoom, type WaitingLimits } from './waiting-room.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The response that the upgrade takes the place of. */
    hubHandshake: ServerResponse | undefined
    /** Set on a handshake that passed all checks. */
    hubVisitor: Visitor | undefined
    /** Set on a handshake that is accepted only to be closed with a code that a browser can see. */
    hubRefusal: CloseCode | undefined
  }
}

/** Where sockets connect, and how the door is kept. */
export interface ConnectOptions extends DoorOptions, WaitingLimits {
  readonly paths: readonly string[]
  /** How a client without a valid token, with a ban or with too many connections, is told; `auto`: as it can see it. */
  readonly reject: 'auto' | 'http' | 'close'
}

/** Refusals that a browser should be able to see. */
const closeCodeOf: Partial<Record<number, CloseCode>> = { 401: closeCodes.unauthorized, 429: closeCodes.rateLimit }

const schema = {
  tags: ['websocket'],
  summary: 'Connect',
  description: 'Upgrades to a WebSocket. The token may also stand in Sec-WebSocket-Protocol or Authorization.',
  querystring: Type.Object({
    // Checked by the door; the type is for the reader of the document.
    token: Type.Optional(Type.Unknown({ type: 'string', description: 'A JWT.' })),
    ticket: Type.Optional(Type.Unknown({ type: 'string', description: 'From `POST /ws/ticket`; in place of a token, whatever else is given.' })),
    refusal: Type.Optional(Type.Unknown({ type: 'string', description: '`close`, from a client that can see no HTTP status: it is refused with a close code, as browsers are.' })),
    dialect: Type.Optional(Type.String())
  }),
  response: {
    101: Type.Null({ description: 'The connection is a WebSocket from now on.' }),
    ...Object.fromEntries([400, 401, 403, 426, 429, 503].map((status) => [status, ErrorSchema]))
  }
}

/** The socket routes: everything is checked before the upgrade. */
const connectRoutes: FastifyPluginAsync<ConnectOptions> = async (app, options) => {
  const log = app.log.child({ logger: 'ws_handler' })
  const waitingRoom = new WaitingRoom(options)
  app.decorateRequest('hubHandshake', undefined)
  app.decorateRequest('hubVisitor', undefined)
  app.decorateRequest('hubRefusal', undefined)
  app.addHook('onRequest', (request, _reply, done) => {
    attempt(() => checkHandshake(request), (error) => failUpgrade(request, error))
    checkRoomLeft(app)
    done()
  })
  app.addHook('onRequest', app.limits.handshakes)
  // Without a promise where nothing has to be waited for: promises were a tenth of a handshake.
  app.addHook('preValidation', (request, _reply, done) => {
    const enter = (visitor: Visitor | undefined): void => {
      request.hubVisitor = visitor
      done()
    }
    const visitor = attempt(() => waitingRoom.ask(() => receive(app, request, options)), (error) => refuse(request, error))
    if (isPromise(visitor)) visitor.then(enter, done)
    else enter(visitor)
  })
  // In one turn with the upgrade, hence no promise: of many handshakes at once none slips past a limit.
  const admit: preHandlerHookHandler = (request, reply, done) => {
    request.hubHandshake = reply.raw
    const problem = request.hubVisitor && admissionProblem(app, request.hubVisitor)
    done(problem !== undefined && !acceptToRefuse(request, problem) ? problem : undefined)
  }
  // Past the route's handler, which @fastify/websocket makes its own wherever it is.
  const upgrade: preHandlerHookHandler = (request, reply) => {
    reply.hijack()
    app.hubUpgrader?.upgrade(request, (socket) => open(socket, request))
  }
  const last = app.hubUpgrader === undefined ? [admit] : [admit, upgrade]
  // Behind all that an application may have given to each of its routes.
  app.addHook('onRoute', (route) => { route.preHandler = [route.preHandler ?? [], last].flat() })

  for (const url of options.paths) {
    app.route({ method: 'GET', url, schema, config: { upgrades: true }, handler: refusePlain, wsHandler: (socket, request) => open(socket, request) })
  }

  function refuse (request: FastifyRequest, error: unknown): undefined {
    if (!acceptToRefuse(request, error)) throw error
  }

  /** Notes the code to close with, where the client can only see that. False where the HTTP status itself will do. */
  function acceptToRefuse (request: FastifyRequest, error: unknown): boolean {
    if (!(error instanceof HttpError)) return false
    logRefused(request, error)
    if (options.reject === 'http' || (options.reject === 'auto' && !seesCloseCodesOnly(request, options))) return false
    request.hubRefusal = error instanceof Banned ? { ...closeCodes.forbidden, reason: error.message } : closeCodeOf[error.statusCode]
    return request.hubRefusal !== undefined
  }

  function logRefused (request: FastifyRequest, error: HttpError): void {
    const found = String(error.cause ?? error.message)
    const { unauthorized, tokenProblem } = wordsFor(request)
    if (error.statusCode === 401) log.info({ ip: request.ip, reason: tokenProblem(found, request.headers.authorization) }, unauthorized)
    else log.info({ ip: request.ip, reason: found }, 'ws handshake refused')
  }

  /** What asks for no upgrade at all is a request like any other. */
  function failUpgrade (request: FastifyRequest, error: unknown): never {
    if (request.ws && error instanceof HttpError) log.info({ ip: request.ip, reason: error.message }, wordsFor(request).upgradeFailed)
    throw error
  }

  function wordsFor (request: FastifyRequest): LogWords {
    return askedDialect(request, options)?.logWords ?? commonWords
  }

  function open (webSocket: WebSocket, { raw, hubHandshake: handshake, hubVisitor: visitor, hubRefusal: refusal }: FastifyRequest): void {
    forgetHandshake(webSocket, raw.socket, handshake)
    if (refusal !== undefined) sendAway(webSocket, raw.socket, refusal)
    else if (visitor !== undefined) app.sessions.open({ ...visitor, webSocket, stream: raw.socket })
  }
}

export default connectRoutes

/**
 * Lets go of request and response: a connection that lives for days need not keep the headers it came with (a quarter of what
 * it costs). The plugin's error listener holds on to both, and cuts the connection before the peer has read the close code.
 */
function forgetHandshake (webSocket: WebSocket, socket: Socket, response: ServerResponse | undefined): void {
  response?.detachSocket(socket)
  webSocket.removeAllListeners('error')
  webSocket.on('error', leaveToWs)
}

/** Whoever is nobody may send what it likes until it answers the close frame, or is cut off: no more of it at a time than of others. */
function sendAway (webSocket: WebSocket, socket: Socket, { code, reason }: CloseCode): void {
  readInTurns(webSocket, socket)
  webSocket.close(code, reason)
}

/** Some listener there must be; ws closes with the right code by itself, and the session has the line for the log. */
function leaveToWs (): void {}

/** A browser, which tells by its `Origin`; others, such as Node's own WebSocket, have to say so, by themselves or by their dialect. */
function seesCloseCodesOnly (request: FastifyRequest, options: DoorOptions): boolean {
  if (request.headers.origin !== undefined || queryOf(request, 'refusal') === 'close') return true
  return askedDialect(request, options)?.habits.isRefusedByCode === true
}

/** Never reached by GET: the onRequest hook has refused it; the route needs a handler all the same. */
function refusePlain (): never {
  throw new HttpError(426, 'this route expects a WebSocket handshake')
}
