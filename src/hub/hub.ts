import type { Static, TSchema } from '@sinclair/typebox'
import { DEFAULT_ADMIN_ROLES } from '../auth/identity.ts'
import { CommandRegistry } from '../commands/command-registry.ts'
import { customCommand, type Handler, type HandlerExtras, type HandlerOptions } from '../commands/custom-command.ts'
import type { Logger } from '../logger.ts'
import { andThen, attempt, isPromise, type MaybePromise } from '../maybe-promise.ts'
import type { Relay } from '../relay/relay.ts'
import type { RoomSize } from '../relay/presence-store.ts'
import type { NumberedMessage, Position, PublishResult, RelayMessage } from '../relay/relay-message.ts'
import { Announcer } from './announcer.ts'
import { Census } from './census.ts'
import { Cluster } from './cluster.ts'
import type { Connection } from './connection.ts'
import { Counts } from './counts.ts'
import { Fanout } from './fanout.ts'
import type { HubEvent } from './event.ts'
import type { HubParts, Whom } from './hub-parts.ts'
import type { HubCounts, HubStats, Scope } from './hub-stats.ts'
import { Moderation, type Disconnected, type DisconnectOptions } from './moderation.ts'
import { Notifier } from './notifier.ts'
import { Tokens } from './tokens.ts'
import { TopicIndex } from './topic-index.ts'
import type { Target } from './targets.ts'
import { ALL_TOPIC, roleTopic, userTopic, type TopicName } from './topics.ts'
import { Users } from './users.ts'

/** The connections of this node and the ways to reach them, here and, through the relay, everywhere. */
export class Hub extends Announcer {
  readonly nodeId: string
  readonly commands: CommandRegistry
  readonly census = new Census()
  readonly messages = { in: 0, out: 0 }
  /** What the nodes ask each other. */
  readonly cluster: Cluster
  readonly users: Users
  /** Single tokens, and how they are banned. */
  readonly tokens: Tokens
  /** What happened to users, and to the system, told to those whom it concerns. */
  readonly notify: Notifier
  /** This node was away for a while: asks all connections for a sign of life. Set by the heartbeat. */
  recheck = (): void => {}
  /** Closes the connections whose tokens have ended by now. Set by the expiry. */
  endExpired = (): void => {}
  readonly #connections = new Map<string, Connection>()
  readonly #relay: Relay
  readonly #index: TopicIndex
  readonly #fanout: Fanout
  readonly #logger: Logger
  readonly #extras: HandlerExtras
  readonly #counts: Counts
  readonly #moderation: Moderation

  constructor ({ relay, logger, extras, adminRoles = DEFAULT_ADMIN_ROLES }: HubParts) {
    super()
    this.nodeId = relay.nodeId
    this.#relay = relay
    this.#logger = logger
    this.#extras = extras
    this.notify = new Notifier(this, adminRoles)
    this.commands = new CommandRegistry(logger)
    this.#index = new TopicIndex(relay)
    this.#fanout = new Fanout(this.#index, (id) => this.#connections.get(id))
    relay.onMessage((message) => this.deliver(message))
    relay.onGap((gap) => this.#fanout.tellGap(gap))
    const { nodeId, census } = this
    const { presence, bans, tokenBans } = relay
    const cluster = this.cluster = new Cluster(relay)
    this.users = new Users({ nodeId, census, relay, cluster, logger, ofUser: (userId) => this.ofUser(userId) })
    this.#counts = new Counts({ node: this, presence, cluster, logger })
    this.tokens = new Tokens({ cluster, bans: tokenBans, logger, connections: () => this.connections() })
    this.#moderation = new Moderation({ cluster, bans, logger, audience: (topics) => this.#fanout.audience(topics) })
  }

  /** Hands a message to the connections of this node that it is for; returns how many those are. */
  deliver (message: NumberedMessage): number {
    // The timer may be late on a busy loop: whose token has ended gets nothing more.
    this.endExpired()
    const recipients = this.#fanout.deliver(message)
    this.messages.out += recipients
    return recipients
  }

  /**
   * Adds a message type of the application. The handler's value becomes `ack` with `{result}`, nothing a plain `ack`;
   * a thrown `HubError` goes out with its code. Throws `HubUsageError` for a name that is taken or belongs to the protocol.
   */
  handle<S extends TSchema> (type: string, options: HandlerOptions<S>, handler: Handler<Static<S>>): void {
    this.commands.add(customCommand({ type, options, handler, extras: this.#extras }))
  }

  /** What is going on, for administrators. Never rejects: nodes that do not answer are named. */
  async stats ({ scope = 'cluster' }: { scope?: Scope } = {}): Promise<HubStats> {
    return await this.#counts.stats(scope)
  }

  /** How many connections and users there are. Never rejects: nodes that do not answer are named. */
  async counts ({ scope = 'cluster' }: { scope?: Scope } = {}): Promise<HubCounts> {
    return await this.#counts.counts(scope)
  }

  /** How many connections and users there are on all nodes, as the store of presence has it; cheap, and never rejects. */
  async online (): Promise<RoomSize> {
    return await this.#counts.online()
  }

  /** True when the user has a connection, on whatever node. */
  async isOnline (userId: string): Promise<boolean> {
    return await this.users.isOnline(userId)
  }

  /** Ids of the users with a connection, on whatever node. */
  async onlineUsers (): Promise<string[]> {
    return await this.users.online()
  }

  /**
   * Closes connections on all nodes; a text stands for all connections of that user. With `banFor` the users of the target may not come
   * back for so many seconds. Rejects with `INVALID_PAYLOAD` for what cannot be, with `UNAVAILABLE` when a ban could not be confirmed.
   */
  async disconnect (target: Target | string, options: DisconnectOptions = {}): Promise<Disconnected> {
    return await this.#moderation.disconnect(typeof target === 'string' ? { users: [target] } : target, options)
  }

  /** Ends a ban; false when there was none. Rejects with `UNAVAILABLE`. */
  async unban (userId: string): Promise<boolean> {
    return await this.#moderation.unban(userId)
  }

  /** Says in the log, for debugging, that the user is on no node. */
  override async toUser (userId: string, event: HubEvent): Promise<PublishResult> {
    const result = await super.toUser(userId, event)
    const { recipients, missing_nodes: missing } = result
    if (recipients === 0 && missing === undefined) this.#logger.debug({ user_id: userId, event: event.type }, 'Client not connected for notification')
    return result
  }

  override publish (message: RelayMessage): MaybePromise<PublishResult> {
    return this.#relay.publish(message)
  }

  /** True once this node has been handed everything up to a place in a topic's stream; false when that takes too long. */
  isHandedOn (topic: TopicName, position: Position): MaybePromise<boolean> {
    return attempt(() => andThen(this.#relay.handedOn(topic, position), () => true), () => false)
  }

  /** Publishes a notice that nobody waits for; a failure is logged, never thrown. */
  publishUnawaited (message: RelayMessage): void {
    const warn = (err: unknown): void => this.#logger.warn({ err, type: message.event.type }, 'notice not published')
    try {
      const published = this.publish(message)
      if (isPromise(published)) published.catch(warn)
    } catch (error) {
      warn(error)
    }
  }

  /** Takes in a connection: from here on it gets what comes by its own topics. */
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

  /** Connections of this node. */
  get size (): number {
    return this.#connections.size
  }

  /** Number of rooms with connections of this node. */
  get roomCount (): number {
    return this.#index.roomCount
  }

  /** True when a connection of this id is on this node. */
  has (connectionId: string): boolean {
    return this.#connections.has(connectionId)
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
}
