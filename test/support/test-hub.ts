import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import Fastify from 'fastify'
import { WebSocketServer, type WebSocket } from 'ws'
import type { Identity } from '../../src/auth/identity.ts'
import { policyOfRules } from '../../src/auth/room-policy.ts'
import { builtInCommands, sessionCommands } from '../../src/commands/index.ts'
import type { PublishPolicy } from '../../src/commands/services.ts'
import { HubError } from '../../src/errors.ts'
import { Admission, type AdmissionLimits } from '../../src/hub/admission.ts'
import type { Connection } from '../../src/hub/connection.ts'
import { Drain } from '../../src/hub/drain.ts'
import { Expiry } from '../../src/hub/expiry.ts'
import { Flusher } from '../../src/hub/flusher.ts'
import { Heartbeat, type HeartbeatTimes } from '../../src/hub/heartbeat.ts'
import { Hub } from '../../src/hub/hub.ts'
import type { OutboxLimits } from '../../src/hub/backlog.ts'
import type { MessageRate } from '../../src/hub/rate-gate.ts'
import { Renewal, type Identify } from '../../src/hub/renewal.ts'
import { Sessions } from '../../src/hub/sessions.ts'
import { defaultTimings, type Timings } from '../../src/hub/timings.ts'
import { hubV1 } from '../../src/protocol/dialects/hub-v1.ts'
import { MemoryRelay } from '../../src/relay/memory-relay.ts'
import type { Relay } from '../../src/relay/relay.ts'
import type { RoomLimits } from '../../src/rooms/room-info.ts'
import { RoomAccess } from '../../src/rooms/room-access.ts'
import { Rooms } from '../../src/rooms/rooms.ts'
import { Typing } from '../../src/rooms/typing.ts'
import { connect, type TestClient } from '../client.ts'
import type { Teardown } from '../helper.ts'
import { recordLogs, type LoggedLine } from './log-recorder.ts'

/** What a test wants different from the defaults. */
export interface TestHubOptions {
  readonly relay?: Relay
  readonly timings?: Partial<Timings>
  readonly times?: Partial<HeartbeatTimes>
  readonly limits?: Partial<RoomLimits>
  readonly policy?: Partial<PublishPolicy>
  readonly admission?: Partial<AdmissionLimits>
  readonly outbox?: Partial<OutboxLimits>
  readonly slowClient?: 'close' | 'drop'
  readonly rate?: MessageRate
  readonly presenceGraceMs?: number
  readonly drainTimeoutMs?: number
  /** How long before the end of its token a client is told, ms; not at all unless a test wants it. */
  readonly expiryNoticeMs?: number
  /** Whose a token is that a connection refreshes by; all are bad unless a test says otherwise. */
  readonly identify?: Identify
  /** How long a peer may take to answer a close frame, ms. */
  readonly closeTimeoutMs?: number
}

/** The domain over real sockets, without Fastify, settings or tokens. */
export interface TestHub {
  readonly hub: Hub
  readonly rooms: Rooms
  readonly relay: Relay
  readonly sessions: Sessions
  readonly admission: Admission
  readonly drain: Drain
  /** The server's side of the connections, in order of arrival. */
  readonly opened: Connection[]
  /** Their sockets, in the same order. */
  readonly webSockets: WebSocket[]
  readonly lines: LoggedLine[]
  readonly address: string
}

type Domain = Omit<TestHub, 'address' | 'opened' | 'webSockets'>

/** Starts a hub on a free port; ends with the test. */
export async function startHub (t: Teardown, options: TestHubOptions = {}): Promise<TestHub> {
  const domain = makeDomain(t, options)
  // `closeTimeout` is missing from the types of ws.
  const serverOptions = { host: '127.0.0.1', port: 0, maxPayload: 262_144, closeTimeout: options.closeTimeoutMs ?? 2_000 }
  const server = new WebSocketServer(serverOptions)
  const opened: Connection[] = []
  const webSockets: WebSocket[] = []
  server.on('connection', (webSocket: WebSocket, request: IncomingMessage) => {
    webSockets.push(webSocket)
    opened.push(domain.sessions.open({
      id: randomUUID(), identity: identityOf(request), dialect: hubV1, webSocket, stream: request.socket, address: '127.0.0.1'
    }))
  })
  await once(server, 'listening')
  t.teardown(() => {
    for (const webSocket of server.clients) webSocket.terminate()
    server.close()
  })
  const bound = server.address()
  return { ...domain, opened, webSockets, address: `http://127.0.0.1:${typeof bound === 'object' ? bound?.port : 0}` }
}

/** Connects a user and takes the `connected` frame. */
export async function enter (t: Teardown, { address }: Pick<TestHub, 'address'>, userId: string, { roles = ['user'], expiresAtMs = 0 } = {}): Promise<TestClient> {
  const path = `/?user=${encodeURIComponent(userId)}&roles=${roles.join(',')}&exp=${expiresAtMs}`
  const client = connect(t, address, { path })
  await client.next('connected')
  return client
}

/** Connects a user who is a member of a room. */
export async function member (t: Teardown, service: Pick<TestHub, 'address'>, userId: string, room: string): Promise<TestClient> {
  const client = await enter(t, service, userId)
  await client.request({ type: 'join_room', room })
  return client
}

function identityOf ({ url = '' }: IncomingMessage): Identity {
  const query = new URL(url, 'http://hub').searchParams
  const userId = query.get('user') ?? 'nobody'
  const expiresAtMs = Number(query.get('exp') ?? 0)
  return { userId, name: userId, roles: (query.get('roles') ?? 'user').split(','), ...(expiresAtMs > 0 && { expiresAtMs }) }
}

function makeDomain (t: Teardown, options: TestHubOptions): Domain {
  const { relay = new MemoryRelay({ nodeId: 'node-1' }) } = options
  const { logger, lines } = recordLogs()
  const timings = { ...defaultTimings, sweepIntervalMs: 10, ...options.timings }
  const hub = new Hub({ relay, logger, extras: { app: Fastify() } })
  const typing = new Typing(hub, timings)
  const limits = { maxRoomsPerClient: 128, maxConnectionsPerRoom: 0, presenceMax: 1_000, ...options.limits }
  const policy: PublishPolicy = { publishRequiresJoin: true, clientPublish: true, clientBroadcast: 'all', adminRoles: ['admin'], ...options.policy }
  const access = new RoomAccess({ policyOf: policyOfRules([]), adminRoles: policy.adminRoles, answerWithinMs: timings.roomAnswerMs })
  const rooms = new Rooms({ hub, relay, typing, limits, access, logger })
  hub.commands.addBuiltIn(builtInCommands({ hub, rooms, typing, policy, audit: logger }))
  const admission = new Admission(hub, { maxConnections: 0, maxConnectionsPerUser: 0, userLimitPolicy: 'replace', maxConnectionsPerIp: 0, ...options.admission })
  const { expiryNoticeMs = 0, identify = refuseAll } = options
  const expiry = new Expiry(hub, expiryNoticeMs)
  const renewal = new Renewal({ hub, relay, rooms, expiry, logger, identify })
  hub.commands.addBuiltIn(sessionCommands({ renewal, expiry }))
  const sessions = new Sessions({ hub, relay, rooms, admission, expiry, logger }, sessionSettings(options, timings))
  const heartbeat = new Heartbeat(hub, { ...heartbeatTimes(options), sweepIntervalMs: timings.sweepIntervalMs }, logger)
  const drain = new Drain({ hub, admission, sessions }, { drainTimeoutMs: options.drainTimeoutMs ?? 500, drainWaveMs: timings.drainWaveMs })
  t.teardown(async () => {
    heartbeat.stop()
    typing.close()
    await relay.close()
  })
  return { hub, rooms, relay, sessions, admission, drain, lines }
}

function refuseAll (): never {
  throw new HubError('UNAUTHORIZED', 'no token is good here')
}

function heartbeatTimes ({ times }: TestHubOptions): Omit<HeartbeatTimes, 'sweepIntervalMs'> {
  return { pingPeriodMs: 54_000, pongWaitMs: 60_000, writeTimeoutMs: 10_000, ...times }
}

function sessionSettings (options: TestHubOptions, timings: Timings): ConstructorParameters<typeof Sessions>[1] {
  const { outbox, slowClient = 'close', rate = { perSecond: 0, burst: 100 }, presenceGraceMs = 3_000 } = options
  const inbox = { maxMessageSizeBytes: 65_536, invalidJson: 'error' as const, invalidJsonBudget: 5, badFrameWindowMs: timings.badFrameWindowMs }
  const connection = { flusher: new Flusher(), outbox: { messages: 256, bytes: 1_048_576, ...outbox }, slowClient }
  return { connection, inbox, rate, timings, presenceGraceMs, pingPeriodMs: heartbeatTimes(options).pingPeriodMs }
}
