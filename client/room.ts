import type { Handler, ListenOptions } from './emitter.ts'
import type { HubError } from './errors.ts'
import type { Chat, HistoryPage, Message, Person, Position, Sent } from './protocol.ts'
import type { RoomState } from './room-state.ts'
import type { Recovery } from './streams.ts'
import { TypingNotices } from './typing.ts'

/** How a message is sent. */
export interface SendOptions {
  /** Gives it up; one that is on its way may still arrive. */
  readonly signal?: AbortSignal | undefined
  /** Under which the service takes it once: for messages that outlive this program. Unique by default. */
  readonly id?: string | undefined
  /** Now or never: not kept for a later connection, not said again. Resolves with undefined when it was given up. */
  readonly volatile?: boolean | undefined
}

/** Which page of the past is wanted; without `since` and `before` the newest. */
export interface HistoryOptions {
  readonly since?: Position | undefined
  readonly before?: number | undefined
  /** 1 to 100 (50). */
  readonly limit?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** Somebody began or stopped to type. */
export interface Typing {
  readonly person: Person
  readonly isTyping: boolean
}

/** What happens in a room, beside the application's own message types. */
export interface RoomEvents {
  /** Somebody said something (`new_message` and `message`). */
  readonly message: Message<Chat>
  readonly joined: Person
  readonly left: Person
  readonly members: readonly Person[]
  readonly typing: Typing
  /** After a reconnect: whether everything missed follows. */
  readonly recovered: Recovery
  /** The room is not followed any more: left, or refused after a reconnect. */
  readonly closed: HubError | undefined
}

/** What a room needs of its hub. */
export interface RoomWorld {
  readonly publish: (type: string, room: string, payload: unknown, options: SendOptions) => Promise<Sent | undefined>
  /** Sends what nobody answers, if it can go at once. */
  readonly whisper: (type: string, room: string) => void
  readonly request: (type: string, room: string, payload: unknown, signal?: AbortSignal) => Promise<unknown>
  readonly leave: (room: string) => Promise<void>
}

/** A room that the client is in. Handlers and loops outlive connections. */
export class Room<E extends object = Record<string, unknown>> {
  readonly #state: RoomState
  readonly #world: RoomWorld
  readonly #typing = new TypingNotices((isTyping) => this.#world.whisper(isTyping ? 'typing' : 'stop_typing', this.name))

  constructor (state: RoomState, world: RoomWorld) {
    this.#state = state
    this.#world = world
  }

  get name (): string {
    return this.#state.name
  }

  /** Who is in the room, on all nodes; the first thousand. Empty where it is only subscribed to. */
  get members (): readonly Person[] {
    return this.#state.members.all
  }

  /** How many users are in the room. */
  get count (): number {
    return this.#state.members.count
  }

  /** Calls back at each event of the name: one of {@link RoomEvents}, or a message type of the application. */
  on<K extends keyof RoomEvents>(type: K, handler: Handler<RoomEvents[K]>, options?: ListenOptions): this
  on<K extends keyof E & string>(type: K, handler: Handler<Message<E[K]>>, options?: ListenOptions): this
  on (type: string, handler: Handler<never>, options?: ListenOptions): this {
    this.#state.emitter.add(type, handler, options)
    return this
  }

  off (type: string, handler: Handler<never>): this {
    this.#state.emitter.remove(type, handler)
    return this
  }

  /** Says something to the others in the room. Resolves when it is in the room's stream; rejects with a `HubError`. */
  send (payload: Chat, options: SendOptions & { readonly volatile: true }): Promise<Sent | undefined>
  send (payload: Chat, options?: SendOptions & { readonly volatile?: false | undefined }): Promise<Sent>
  send (payload: Chat, options?: SendOptions): Promise<Sent | undefined>
  async send (payload: Chat, options: SendOptions = {}): Promise<Sent | undefined> {
    return await this.#world.publish('send_message', this.name, payload, options)
  }

  /** Publishes any JSON; those who are only subscribed may do it, too. Otherwise as {@link send}. */
  publish (payload: unknown, options: SendOptions & { readonly volatile: true }): Promise<Sent | undefined>
  publish (payload: unknown, options?: SendOptions & { readonly volatile?: false | undefined }): Promise<Sent>
  publish (payload: unknown, options?: SendOptions): Promise<Sent | undefined>
  async publish (payload: unknown, options: SendOptions = {}): Promise<Sent | undefined> {
    return await this.#world.publish('publish', this.name, payload, options)
  }

  /** Tells the others that the user types, or no longer does; may be called at every keystroke. */
  typing (isTyping = true): void {
    this.#typing.set(isTyping)
  }

  /** A page of what was said. */
  async history ({ signal, ...page }: HistoryOptions = {}): Promise<HistoryPage> {
    return await this.#world.request('history', this.name, page, signal) as HistoryPage
  }

  /** Leaves the room: loops end, and nothing more is heard. */
  async leave (): Promise<void> {
    await this.#world.leave(this.name)
  }

  /** Messages from now on, one by one, until the room is left (the loop ends) or lost (it throws). */
  messages ({ signal }: ListenOptions = {}): AsyncIterableIterator<Message<Chat>, undefined> {
    return this.#state.read(signal)
  }

  [Symbol.asyncIterator] (): AsyncIterableIterator<Message<Chat>, undefined> {
    return this.messages()
  }
}
