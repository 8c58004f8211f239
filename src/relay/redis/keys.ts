import type { RoomName, TopicName } from '../../hub/topics.ts'

/**
 * Names of everything in Redis. Each carries a number as hash tag: in a cluster, what has the same number is in the same slot, so
 * that one script may touch it, and the publishes of a turn go out in few calls. A single server needs one number only.
 */
export class Keys {
  readonly tagCount: number
  readonly #prefix: string

  constructor (prefix: string, tagCount: number) {
    this.#prefix = prefix
    this.tagCount = tagCount
  }

  /** The number that a name belongs to. */
  tagOf (name: string): number {
    if (this.tagCount === 1) return 0
    let hash = 0
    for (let index = 0; index < name.length; index += 1) hash = (Math.imul(hash, 31) + name.charCodeAt(index)) >>> 0
    return hash % this.tagCount
  }

  /** All numbers. */
  tags (): number[] {
    return Array.from({ length: this.tagCount }, (_, tag) => tag)
  }

  /** Beginning of all names with a number; scripts make names of their own from it. */
  base (tag: number): string {
    return `${this.#prefix}:{${tag}}:`
  }

  /** A name about the cluster as a whole. */
  global (name: string): string {
    return `${this.base(0)}${name}`
  }

  /** The channel on which a topic's messages are published. */
  channel (topic: TopicName): string {
    return `${this.#topicBase(topic)}c:${topic}`
  }

  /** Number and epoch of a topic. */
  meta (topic: TopicName): string {
    return `${this.#topicBase(topic)}m:${topic}`
  }

  /** A topic's last messages. */
  history (topic: TopicName): string {
    return `${this.#topicBase(topic)}h:${topic}`
  }

  /** The number of a room's presence, which is that of its notices' channel: one script changes the one and tells on the other. */
  roomTag (room: RoomName): number {
    return this.tagOf(`members:${room}`)
  }

  #topicBase (topic: TopicName): string {
    return this.base(this.tagOf(topic))
  }
}
