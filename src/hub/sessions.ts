import { EventEmitter, once } from 'node:events'
import type { WebSocket } from 'ws'
import type { Logger } from '../logger.ts'
import { isOrderly } from '../protocol/close-codes.ts'
import type { Rooms } from '../rooms/rooms.ts'
import type { Admission } from './admission.ts'
import { Connection } from './connection.ts'
import type { ConnectionEnd, ConnectionEvents, ConnectionParts, ConnectionSettings } from './connection-parts.ts'
import type { Hub } from './hub.ts'
import { Inbox, type InboxLimits } from './inbox.ts'
import { RateGate, type MessageRate } from './rate-gate.ts'
import type { Timings } from './timings.ts'

/** How connections behave. */
export interface SessionSettings {
  readonly connection: ConnectionSettings
  readonly inbox: InboxLimits
  readonly rate: MessageRate
  readonly timings: Timings
  readonly pingPeriodMs: number
  readonly presenceGraceMs: number
}

/** What sessions work with. */
export interface SessionParts {
  readonly hub: Hub
  readonly rooms: Rooms
  readonly admission: Admission
  readonly logger: Logger
}

/** The text of the greeting; clients in the field look for it. */
const WELCOME = 'Connected to WebSocket server'
/** Ends that are nothing to worry about: normal, going away, no code, and a client that was asked to leave. */
const EXPECTED_CODES: ReadonlySet<number> = new Set([1000, 1001, 1005])

/** From an accepted socket to its end: wires the parts of a connection together and cleans up after it, in one place. */
export class Sessions {
  readonly #parts: SessionParts
  readonly #settings: SessionSettings
  readonly #sockets = new Map<WebSocket, Connection>()
  readonly #emptied = new EventEmitter()
  /** The same for all connections: functions of its own would cost each one memory. */
  readonly #events: ConnectionEvents = {
    onEnd: (connection, end) => this.#onEnd(connection, end),
    onSlow: ({ id }) => this.#parts.logger.warn({ client_id: id }, 'dropping message for slow client')
  }

  constructor (parts: SessionParts, settings: SessionSettings) {
    this.#parts = parts
    this.#settings = settings
  }

  /** Takes in a socket. Must be called in the same turn as the upgrade: frames that come later than the listeners are kept. */
  open (parts: ConnectionParts): Connection {
    const { webSocket } = parts
    const connection = new Connection(parts, this.#settings.connection, this.#events)
    this.#sockets.set(webSocket, connection)
    this.#listen(webSocket, connection)
    this.#replaceOlder(connection)
    this.#greet(connection)
    return connection
  }

  /** Resolves when the last socket has ended. */
  async whenEmpty (): Promise<void> {
    if (this.#sockets.size > 0) await once(this.#emptied, 'empty')
  }

  /** Cuts off every socket that is still there, those included that have not answered a close frame. */
  terminateAll (reason: string): void {
    for (const connection of this.#sockets.values()) connection.terminate(reason)
  }

  #listen (webSocket: WebSocket, connection: Connection): void {
    const { hub, logger } = this.#parts
    const { rate, timings, inbox: limits } = this.#settings
    const gate = new RateGate(connection, rate, timings)
    const inbox = new Inbox(connection, gate, limits, hub.commands)
    webSocket.on('message', (data, isBinary) => {
      hub.messages.in += 1
      // The default binary type hands out a Buffer in every case.
      if (Buffer.isBuffer(data)) inbox.receive(data, isBinary)
    })
    webSocket.on('pong', () => connection.pong())
    webSocket.on('error', (err) => logger.info({ client_id: connection.id, err }, 'WebSocket error'))
    webSocket.on('close', (code, reason) => {
      connection.end({ code, reason: reason.toString(), byServer: false })
      this.#sockets.delete(webSocket)
      if (this.#sockets.size === 0) this.#emptied.emit('empty')
    })
  }

  #replaceOlder ({ identity, user }: Connection): void {
    const replaced = this.#parts.admission.makeRoom(identity)
    if (replaced.length > 0) this.#parts.logger.info({ user_id: user.id, count: replaced.length }, 'Replaced existing WebSocket connection')
  }

  #greet (connection: Connection): void {
    const { hub, logger } = this.#parts
    const { identity: { userId, name, roles }, id, dialect } = connection
    connection.send('connected', {
      client_id: id,
      user_id: userId,
      name,
      role: roles[0],
      message: WELCOME,
      online_count: hub.size + 1,
      node_id: hub.nodeId,
      dialect: dialect.name,
      max_message_size: this.#settings.inbox.maxMessageSizeBytes,
      ping_interval_ms: this.#settings.pingPeriodMs
    })
    hub.add(connection)
    logger.info({ client_id: id, user_id: userId, name, role: roles[0], total_clients: hub.size }, 'client connected')
  }

  #onEnd (connection: Connection, { code, reason, byServer, retryAfterMs = 0 }: ConnectionEnd): void {
    const { hub, rooms, logger } = this.#parts
    hub.remove(connection)
    const fields = { client_id: connection.id, user_id: connection.user.id, code, reason, total_clients: hub.size }
    if (!byServer && !EXPECTED_CODES.has(code)) logger.warn(fields, 'unexpected close')
    logger.info(fields, 'client disconnected')
    const graceMs = isOrderly(code) ? 0 : this.#settings.presenceGraceMs + retryAfterMs
    rooms.leaveAll(connection, graceMs).catch((err: unknown) => logger.error({ ...fields, err }, 'clean-up failed'))
  }
}
