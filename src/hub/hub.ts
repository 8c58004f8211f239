import type { Static, TSchema } from '@sinclair/typebox'
import { CommandRegistry } from '../commands/command-registry.ts'
import { customCommand, type Handler, type HandlerExtras, type HandlerOptions } from '../commands/custom-command.ts'
import { timestamp } from '../clock.ts'
import type { Logger } from '../logger.ts'
import { isPromise, type MaybePromise } from '../maybe-promise.ts'
import type { Relay } from '../relay/relay.ts'
import type { PublishResult, RelayMessage } from '../relay/relay-message.ts'
import { checkRoomName } from '../rooms/room-name.ts'
import { Census } from './census.ts'
import type { Connection } from './connection.ts'
import { toOutbound, type HubEvent } from './event.ts'
import { Fanout } from './fanout.ts'
import type { HubCounts, HubStats } from './hub-stats.ts'
import { TopicIndex } from './topic-index.ts'
import { topicsOf, type Target } from './targets.ts'
import { ALL_TOPIC, roleTopic, userTopic, type TopicName } from './topics.ts'

/** A connection, by itself or by id, or all connections of a user, by id. */
export type Whom = { readonly id: string } | string

/** What a hub is made of. */
export interface HubParts {
  readonly nodeId: string
  readonly relay: Relay
  readonly logger: Logger
  /** Given to the application's handlers with every request. */
  readonly extras: HandlerExtras
}

/** The connections of this node and the ways to reach them, here and, through the relay, everywhere. */
export class Hub {
  readonly nodeId: string
  readonly commands: CommandRegistry
  readonly census = new Census()
  readonly messages = { in: 0, out: 0 }
  readonly #connections = new Map<string, Connection>()
  readonly #relay: Relay
  readonly #index: TopicIndex
  readonly #fanout: Fanout
  readonly #logger: Logger
  readonly #extras: HandlerExtras

  constructor ({ nodeId, relay, logger, extras }: HubParts) {
    this.nodeId = nodeId
    this.#relay = relay
    this.#logger = logger
    this.#extras = extras
    this.commands = new CommandRegistry(logger)
    this.#index = new TopicIndex(relay)
    this.#fanout = new Fanout(this.#index, (id) => this.#connections.get(id))
    relay.onMessage((message) => {
      const recipients = this.#fanout.deliver(message)
      this.messages.out += recipients
      return recipients
    })
  }

  /** To everybody. */
  async broadcast (event: HubEvent): Promise<PublishResult> {
    return await this.#send([ALL_TOPIC], event)
  }

  /** To all connections of a user. */
  async toUser (userId: string, event: HubEvent): Promise<PublishResult> {
    return await this.#send([userTopic(userId)], event)
  }

  /** To everybody with the role. */
  async toRole (role: string, event: HubEvent): Promise<PublishResult> {
    return await this.#send([roleTopic(role)], event)
  }

  /** To the members and subscribers of a room. Rejects with `INVALID_ROOM`. */
  async toRoom (room: string, event: HubEvent): Promise<PublishResult> {
    return await this.#send(topicsOf({ rooms: [checkRoomName(room)] }), event)
  }

  /** To a single connection. */
  async toConnection (connectionId: string, event: HubEvent): Promise<PublishResult> {
    return await this.#send(topicsOf({ connections: [connectionId] }), event)
  }

  /** To several targets at once, or to `'all'`: a connection that is in more than one gets one copy. */
  async to (target: Target | 'all', event: HubEvent, { except }: { except?: Target } = {}): Promise<PublishResult> {
    return await this.#send(topicsOf(target), event, except)
  }

  /**
   * Adds a message type of the application. The handler's value becomes `ack` with `{result}`, nothing a plain `ack`;
   * a thrown `HubError` goes out with its code. Throws `HubUsageError` for a name that is taken or belongs to the protocol.
   */
  handle<S extends TSchema> (type: string, options: HandlerOptions<S>, handler: Handler<Static<S>>): void {
    this.commands.add(customCommand({ type, options, handler, extras: this.#extras }))
  }

  /** What is going on, for administrators. */
  async stats (): Promise<HubStats> {
    const uptime = process.uptime()
    return {
      ...await this.counts(),
      total_rooms: await this.#relay.presence.roomCount(),
      nodes: [{ id: this.nodeId, clients: this.size, rooms: this.roomCount, uptime_s: uptime }],
      uptime_s: uptime,
      messages: { ...this.messages },
      timestamp: timestamp()
    }
  }

  /** How many connections and users there are; cheap, whatever the number. */
  async counts (): Promise<HubCounts> {
    return { total_clients: this.size, online_users: this.census.userCount, by_role: this.census.byRole() }
  }

  /** True when the user has a connection. */
  async isOnline (userId: string): Promise<boolean> {
    return this.census.ofUser(userId) > 0
  }

  /** Ids of the users with a connection. */
  async onlineUsers (): Promise<string[]> {
    return this.census.userIds()
  }

  /** Publishes a message that is made already; the result is there at once when the relay is in this process. */
  publish (message: RelayMessage): MaybePromise<PublishResult> {
    return this.#relay.publish(message)
  }

  /** Publishes a notice that nobody waits for; a failure is logged, never thrown. */
  notify (message: RelayMessage): void {
    const warn = (err: unknown): void => this.#logger.warn({ err, type: message.event.type }, 'notice not published')
    try {
      const published = this.publish(message)
      if (isPromise(published)) published.catch(warn)
    } catch (error) {
      warn(error)
    }
  }

  /** Takes in a connection: it gets `connected` first, then what comes by its own topics. */
  add (connection: Connection): void {
    this.#connections.set(connection.id, connection)
    this.census.add(connection)
    const { userId, roles } = connection.identity
    for (const topic of [ALL_TOPIC, userTopic(userId), ...roles.map(roleTopic)]) this.#index.add(topic, connection)
  }

  /** Lets go of a connection; harmless for one that is not here. */
  remove (connection: Connection): void {
    if (!this.#connections.delete(connection.id)) return
    this.census.remove(connection)
    this.#index.removeAll(connection)
  }

  /** Subscribes a connection to a topic. */
  subscribe (connection: Connection, topic: TopicName): void {
    this.#index.add(topic, connection)
  }

  /** Takes a connection off a topic. */
  unsubscribe (connection: Connection, topic: TopicName): void {
    this.#index.remove(topic, connection)
  }

  /** The connections of this node. */
  connections (): Iterable<Connection> {
    return this.#connections.values()
  }

  /** Number of connections of this node. */
  get size (): number {
    return this.#connections.size
  }

  /** Number of rooms with connections of this node. */
  get roomCount (): number {
    return this.#index.roomCount
  }

  /** The connections of this node that are meant. */
  find (whom: Whom): Connection[] {
    const id = typeof whom === 'string' ? whom : whom.id
    const connection = this.#connections.get(id)
    return connection === undefined ? this.ofUser(id) : [connection]
  }

  /** A user's connections on this node, the oldest first. */
  ofUser (userId: string): Connection[] {
    return [...this.#index.subscribers(userTopic(userId))]
  }

  #send (topics: readonly TopicName[], event: HubEvent, except: Target = {}): MaybePromise<PublishResult> {
    return this.publish({ topics, except: topicsOf(except), event: toOutbound(event) })
  }
}
