import { EventEmitter, once } from 'node:events'
import type { WebSocket } from 'ws'
import type { Identity } from '../auth/identity.ts'
import type { Logger } from '../logger.ts'
import { andThen, attempt, isPromise } from '../maybe-promise.ts'
import { isOrderly } from '../protocol/close-codes.ts'
import type { Relay } from '../relay/relay.ts'
import type { Position } from '../relay/relay-message.ts'
import type { Rooms } from '../rooms/rooms.ts'
import type { Admission } from './admission.ts'
import { Connection } from './connection.ts'
import type { ConnectionEnd, ConnectionEvents, ConnectionParts, ConnectionSettings } from './connection-parts.ts'
import type { Expiry } from './expiry.ts'
import type { Hub } from './hub.ts'
import { Inbox, type InboxLimits } from './inbox.ts'
import { OnlineRegister } from './online-register.ts'
import { RateGate, type MessageRate } from './rate-gate.ts'
import type { Timings } from './timings.ts'
import type { TopicName } from './topics.ts'
import { welcomeTo } from './welcome.ts'

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
  readonly relay: Relay
  readonly rooms: Rooms
  readonly admission: Admission
  readonly expiry: Expiry
  readonly logger: Logger
}

/** From an accepted socket to its end: wires the parts of a connection together and cleans up after it, in one place. */
export class Sessions {
  readonly #parts: SessionParts
  readonly #settings: SessionSettings
  readonly #register: OnlineRegister
  readonly #sockets = new Map<WebSocket, Connection>()
  readonly #emptied = new EventEmitter()
  /** The same for all connections: functions of its own would cost each one memory. */
  readonly #events: ConnectionEvents = {
    onEnd: (connection, end) => this.#onEnd(connection, end),
    onSlow: ({ id, user }) => this.#parts.logger.warn({ client_id: id, user_id: user.id }, 'dropping message for slow client'),
    onErrorDropped: ({ id, user }, { code }) => this.#parts.logger.warn({ client_id: id, user_id: user.id, error_code: code }, 'send buffer full, dropping error')
  }

  constructor (parts: SessionParts, settings: SessionSettings) {
    this.#parts = parts
    this.#settings = settings
    this.#register = new OnlineRegister(parts.relay, parts.logger)
  }

  /** Takes in a socket. Must be called in the same turn as the upgrade: frames that come later than the listeners are kept. */
  open (parts: ConnectionParts): Connection {
    const { webSocket } = parts
    const connection = new Connection(parts, this.#settings.connection, this.#events)
    this.#sockets.set(webSocket, connection)
    const inbox = this.#listen(webSocket, connection)
    this.#makeRoom(connection)
    this.#takeIn(connection)
    this.#greetOnceReached(connection, inbox)
    this.#watchToken(connection)
    this.#closeSurplus(connection)
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

  #listen (webSocket: WebSocket, connection: Connection): Inbox {
    const { hub, logger } = this.#parts
    const { rate, timings, inbox: limits } = this.#settings
    const gate = new RateGate(connection, rate, timings)
    const inbox = new Inbox(connection, gate, limits, hub.commands)
    webSocket.on('message', (data, isBinary) => {
      hub.messages.in += 1
      // The default binary type hands out a Buffer in every case.
      if (Buffer.isBuffer(data)) inbox.receive(data, isBinary)
    })
    webSocket.on('ping', () => gate.countControl())
    webSocket.on('pong', () => {
      if (connection.pingSentMs === 0) gate.countControl()
      connection.pong()
    })
    webSocket.on('error', (err) => logger.info({ client_id: connection.id, user_id: connection.user.id, err }, 'WebSocket error'))
    webSocket.on('close', (code, reason) => {
      connection.end({ code, reason: reason.toString(), byServer: false })
      this.#sockets.delete(webSocket)
      if (this.#sockets.size === 0) this.#emptied.emit('empty')
    })
    return inbox
  }

  #makeRoom ({ identity }: Connection): void {
    this.#logReplaced(identity, this.#parts.admission.makeRoom(identity).length)
  }

  #closeSurplus ({ identity }: Connection): void {
    const closed = this.#parts.admission.closeSurplus(identity)
    if (isPromise(closed)) closed.then((count) => this.#logReplaced(identity, count))
  }

  #logReplaced ({ userId }: Identity, count: number): void {
    if (count > 0) this.#parts.logger.info({ user_id: userId, count }, 'Replaced existing WebSocket connection')
  }

  #takeIn (connection: Connection): void {
    const { hub, logger } = this.#parts
    hub.add(connection)
    this.#register.enter(connection)
    const { identity: { userId, name, roles }, dialect, id } = connection
    const fields = { client_id: id, user_id: userId, name, role: roles[0], dialect: dialect.name, total_clients: hub.size }
    logger.info(fields, dialect.logWords.connected(userId))
  }

  /** A client may count on whatever is published after its greeting: until it is reached by its topics, nothing comes or goes. */
  #greetOnceReached (connection: Connection, inbox: Inbox): void {
    const { hub, relay, rooms, logger } = this.#parts
    const { inbox: { maxMessageSizeBytes }, pingPeriodMs } = this.#settings
    // Of all of them: from here on the relay knows what to miss.
    const topics = [...connection.topics]
    const greet = (positions: readonly Position[]): void => {
      const kept = topics.map((topic, index) => [topic, beforeEarly(connection, topic, positions[index])] as const).filter(([topic]) => relay.keeps(topic))
      connection.greet(welcomeTo(connection, { hub, relay, maxMessageSizeBytes, pingPeriodMs, positions: Object.fromEntries(kept) }))
    }
    const broughtIn = connection.dialect.habits.joinsAsUser === true ? rooms.joinUser(connection) : undefined
    const reached = andThen(broughtIn, () => attempt(() => relay.positions(topics), (err) => {
      logger.warn({ client_id: connection.id, err }, 'subscriptions not confirmed')
      return []
    }))
    if (!isPromise(reached)) return greet(reached)
    connection.hold()
    inbox.waitFor(reached.then(greet))
  }

  /** What is said of a token that is about to end comes behind the greeting, also where that has to wait. */
  #watchToken (connection: Connection): void {
    const { expiry } = this.#parts
    if (expiry.watch(connection)) expiry.tell(connection)
  }

  #onEnd (connection: Connection, { code, reason, byServer, retryAfterMs = 0 }: ConnectionEnd): void {
    const { hub, rooms, expiry, logger } = this.#parts
    const { id, user, dialect: { logWords: words } } = connection
    const about = { client_id: id, user_id: user.id, code, reason }
    if (words.disconnecting !== undefined) logger.info(about, words.disconnecting)
    hub.remove(connection)
    expiry.unwatch(connection)
    const graceMs = isOrderly(code) ? 0 : this.#settings.presenceGraceMs + retryAfterMs
    this.#register.leave(connection, graceMs)
    const fields = { ...about, total_clients: hub.size }
    if (!byServer && !words.expectedCodes.has(code)) logger.warn(fields, words.unexpectedClose)
    logger.info(fields, words.disconnected(user.id))
    rooms.leaveAll(connection, graceMs).catch((err: unknown) => logger.error({ ...fields, err }, 'clean-up failed'))
  }
}

/** The place before what follows the greeting: a cut right behind it must lose nothing. */
function beforeEarly (connection: Connection, topic: TopicName, position: Position | undefined): Position | undefined {
  const first = connection.firstEarly(topic)
  return position === undefined || first === undefined ? position : { ...position, seq: Math.min(position.seq, first - 1) }
}
