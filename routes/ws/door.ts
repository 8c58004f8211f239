import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { somebody } from '../../plugins/callers.ts'
import { guestIdentity, type Identity } from '../../src/auth/identity.ts'
import { isOriginAllowed, type OriginPolicy } from '../../src/auth/origin.ts'
import { isProtocolList, offeredDialect, parseProtocols } from '../../src/auth/subprotocol.ts'
import { findToken, type TokenSource } from '../../src/auth/token-sources.ts'
import { isRecord } from '../../src/guards.ts'
import { addressKey } from '../../src/hub/address.ts'
import { HttpError, RETRY_AFTER_S, unavailable } from '../../src/http-error.ts'
import type { Dialect } from '../../src/protocol/dialect.ts'
import { andThen, type MaybePromise } from '../../src/maybe-promise.ts'
import { dialects } from '../../src/protocol/dialects/index.ts'
import { banRefusal } from './banned.ts'
import { redeem } from './ticket.ts'

/** Who is let in, and from where. */
export interface DoorOptions {
  readonly auth: 'required' | 'optional'
  readonly tokenSources: readonly TokenSource[]
  /** Name of the dialect of clients that ask for none. */
  readonly dialect: string
  readonly origins: OriginPolicy
}

/** A client that has passed all checks. */
export interface Visitor {
  readonly id: string
  readonly identity: Identity
  readonly dialect: Dialect
  readonly address: string
  /** Connections that the user has on other nodes, where their number counts. */
  readonly connectionsElsewhere: number
}

/** Who knocks. */
interface Caller {
  /** Of the connection that is to be. */
  readonly id: string
  /** Entries of `Sec-WebSocket-Protocol`. */
  readonly protocols: readonly string[]
}

/** Sixteen random bytes in base64 (RFC 6455 section 4.1). */
const WEBSOCKET_KEY = /^[+/0-9A-Za-z]{22}==$/

/** Refuses what is no proper handshake; ws would answer some of it with a page of HTML, and let some of it in. */
export function checkHandshake ({ ws, headers, raw }: FastifyRequest): void {
  if (!ws) throw new HttpError(426, 'this route expects a WebSocket handshake', { headers: { upgrade: 'websocket', connection: 'upgrade, close' } })
  if (headers['sec-websocket-version'] !== '13') {
    throw new HttpError(426, 'expected WebSocket version 13', { headers: { 'sec-websocket-version': '13' } })
  }
  if (!WEBSOCKET_KEY.test(headers['sec-websocket-key'] ?? '')) throw new HttpError(400, 'expected a Sec-WebSocket-Key of 16 bytes in base64')
  if (headers.upgrade?.toLowerCase() !== 'websocket') throw new HttpError(400, 'expected Upgrade: websocket')
  if (raw.httpVersionMajor === 1 && raw.httpVersionMinor === 0) throw new HttpError(400, 'expected HTTP/1.1')
  if (headers.host === undefined) throw new HttpError(400, 'expected a Host header')
  const { 'sec-websocket-protocol': protocols } = headers
  if (protocols !== undefined && !isProtocolList(protocols)) {
    throw new HttpError(400, 'expected in Sec-WebSocket-Protocol a list of names, each once')
  }
}

/** Refuses everybody while this node is full or going away. */
export function checkRoomLeft ({ admission }: FastifyInstance): void {
  const problem = admission.nodeProblem()
  if (problem !== undefined) throw unavailable(problem)
}

/** Finds out who wants to come in and whether they may at all. Throws, or rejects with, the first refusal: dialect, origin, token. */
export function receive (app: FastifyInstance, request: FastifyRequest, options: DoorOptions): MaybePromise<Visitor> {
  const protocols = parseProtocols(request.headers['sec-websocket-protocol'])
  const dialect = dialectOf(request, protocols, options)
  checkOrigin(request, options)
  const id = randomUUID()
  return andThen(identityOf(app, request, options, { id, protocols }), (known) => (
    andThen(app.admission.connectionsElsewhere(known), (connectionsElsewhere) => (
      { id, identity: known, dialect, address: addressKey(request.ip), connectionsElsewhere }
    ))
  ))
}

/** A ticket decides where there is one, wherever tokens are looked for; else the token, if one is given or needed. */
function identityOf (app: FastifyInstance, request: FastifyRequest, { auth, tokenSources }: DoorOptions, { id, protocols }: Caller): MaybePromise<Identity> {
  const ticket = queryOf(request, 'ticket')
  if (ticket !== undefined && ticket !== '') return redeem(app, ticket)
  const token = findToken({ query: queryOf(request, 'token'), protocols, authorization: request.headers.authorization }, tokenSources)
  return andThen(app.callers.knocking(request, token), (known) => known ?? (auth === 'optional' ? guestIdentity(id) : somebody(known)))
}

/** Why a visitor may not come in now, or undefined. Verifying the token may have taken a while: the node is asked again. */
export function admissionProblem (app: FastifyInstance, { identity, address, connectionsElsewhere }: Visitor): HttpError | undefined {
  const ofNode = app.admission.nodeProblem()
  if (ofNode !== undefined) return unavailable(ofNode)
  const banned = banRefusal(app, identity)
  if (banned !== undefined) return banned
  const problem = app.admission.clientProblem(identity, address, connectionsElsewhere)
  return problem === undefined ? undefined : new HttpError(429, problem, { headers: { 'retry-after': String(RETRY_AFTER_S) } })
}

/** Refuses a browser's page that is none of those which may come. Node shows the first of several origins only; no browser sends them. */
export function checkOrigin ({ headers, raw: { rawHeaders } }: FastifyRequest, { origins }: Pick<DoorOptions, 'origins'>): void {
  if (headers.origin === undefined) return
  const count = rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === 'origin').length
  if (count > 1 || !isOriginAllowed(headers.origin, headers.host, origins)) throw new HttpError(403, 'origin not allowed')
}

/** The dialect that the query or the subprotocol asks for; both must agree. */
function dialectOf (request: FastifyRequest, protocols: readonly string[], options: DoorOptions): Dialect {
  const inQuery = queryOf(request, 'dialect')
  const offered = offeredDialect(protocols, dialects)
  if (inQuery !== undefined && offered !== undefined && inQuery !== offered) {
    throw new HttpError(400, `/dialect: expected the same as the subprotocol ${offered}`)
  }
  const dialect = askedDialect(request, options)
  if (dialect === undefined) throw new HttpError(400, `/dialect: expected one of ${[...dialects.keys()].join(', ')}`)
  return dialect
}

/** The dialect that a client asks for, or gets without asking; undefined where nobody knows it. */
export function askedDialect (request: FastifyRequest, { dialect }: Pick<DoorOptions, 'dialect'>): Dialect | undefined {
  const protocols = parseProtocols(request.headers['sec-websocket-protocol'])
  return dialects.get(String(queryOf(request, 'dialect') ?? offeredDialect(protocols, dialects) ?? dialect))
}

/** A parameter of the query as it stands there: a list where it was given more than once. */
export function queryOf ({ query }: FastifyRequest, name: string): unknown {
  return isRecord(query) ? query[name] : undefined
}
