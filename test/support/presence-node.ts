import { Redis } from 'ioredis'
import { membersTopic, type RoomName } from '../../src/hub/topics.ts'
import type { Occupant, PresenceStore } from '../../src/relay/presence-store.ts'
import { Keys } from '../../src/relay/redis/keys.ts'
import { RedisPresence } from '../../src/relay/redis/redis-presence.ts'
import type { Teardown } from '../helper.ts'
import { recordLogs } from './log-recorder.ts'
import type { RedisServer } from './redis-server.ts'
import { TestRunner } from './script-runner.ts'
import { SlowRelay } from './slow-relay.ts'

/** How a node keeps presence. */
export interface PresenceNodeOptions {
  readonly server: RedisServer
  readonly prefix: string
  /** Numbers of the names; 64 in a cluster, otherwise 1. */
  readonly tags?: number
  readonly now?: () => number
}

let nodes = 0

/** One node of several, as far as presence is concerned. */
export class PresenceNode {
  readonly presence: RedisPresence
  readonly runner: TestRunner
  readonly keys: Keys
  readonly logs = recordLogs()
  /** Notices of the rooms that are watched, `joined hall ada 1`. */
  readonly told: string[] = []
  leaseId = `node-${nodes += 1}`
  readonly #subscriber: Redis
  readonly #rooms = new Map<string, RoomName>()

  constructor (t: Teardown, { server, prefix, tags = 1, now }: PresenceNodeOptions) {
    this.runner = new TestRunner(t, server.port)
    this.keys = new Keys(prefix, tags)
    this.presence = new RedisPresence({
      runner: this.runner,
      keys: this.keys,
      leaseId: () => this.leaseId,
      publishCommand: 'PUBLISH',
      logger: this.logs.logger,
      ...(now !== undefined && { now })
    })
    this.presence.onChange(({ kind, room, user, users }) => this.told.push(`${kind} ${room} ${user.id} ${users}`))
    this.#subscriber = new Redis({ host: '127.0.0.1', port: server.port })
    this.#subscriber.on('message', (channel, frame) => this.#take(channel, frame))
    t.teardown(() => {
      this.presence.close()
      this.#subscriber.disconnect()
    })
  }

  /** From here on notices of the room are taken. */
  async watch (room: RoomName): Promise<void> {
    const channel = this.keys.channel(membersTopic(room))
    this.#rooms.set(channel, room)
    await this.#subscriber.subscribe(channel)
  }

  /** Everything told so far: what was published before has arrived. */
  async heard (): Promise<readonly string[]> {
    await this.#subscriber.ping()
    return this.told
  }

  /** Puts connections into a room, one after the other. */
  async enter (room: RoomName, ...connectionIds: readonly string[]): Promise<void> {
    for (const id of connectionIds) await this.presence.enter(room, occupantOf(id), 0)
  }

  /** Names in Redis that begin like ours, without the list of who was seen last. */
  async leftovers (): Promise<string[]> {
    const names = await this.runner.client.keys(`${this.keys.base(0).split('{')[0]}*`)
    return names.filter((name) => !name.endsWith(':ps'))
  }

  #take (channel: string, frame: string): void {
    const room = this.#rooms.get(channel)
    if (room !== undefined && frame.startsWith('1p')) this.presence.onNotice(room, frame.slice(2))
  }
}

/** Connection `ada-1` is one of the user Ada; `ada-1 sub` says that it only subscribes. */
export function occupantOf (id: string): Occupant {
  const [connectionId = '', way] = id.split(' ')
  const [userId = ''] = connectionId.split('-')
  return { connectionId, user: { id: userId, name: userId.toUpperCase() }, as: way === 'sub' ? 'subscriber' : 'member' }
}

/** A relay of which nothing but presence leaves the process. */
export class PresenceRelay extends SlowRelay {
  override readonly presence: PresenceStore
  readonly #node: PresenceNode

  /** Ends graces itself, every few milliseconds. */
  constructor (t: Teardown, node: PresenceNode) {
    super()
    this.presence = node.presence
    this.#node = node
    const sweep = setInterval(() => { node.presence.sweepGraces().catch(() => {}) }, 10)
    t.teardown(() => clearInterval(sweep))
  }

  override async subscribed (topics: readonly string[]): Promise<void> {
    for (const topic of topics) await this.#node.watch(topic.slice('members:'.length))
  }
}
