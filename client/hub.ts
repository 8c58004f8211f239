import { whenAborted } from './abort.ts'
import type { CallRules, Envelope } from './call.ts'
import type { State, StateEvent } from './connector.ts'
import type { Handler, ListenOptions } from './emitter.ts'
import type { Codec } from './codec.ts'
import { ClosedError, HubError } from './errors.ts'
import { withDefaults, type ConnectOptions } from './options.ts'
import { isRecord, type Chat, type Message, type Person, type Sent, type Welcome } from './protocol.ts'
import { Room, type RoomWorld, type SendOptions } from './room.ts'
import type { RoomState } from './room-state.ts'
import { Session } from './session.ts'
import type { Recovery } from './streams.ts'

/** What happens to a hub, beside the application's own message types. */
export interface HubEvents {
  readonly state: StateEvent
  /** Whatever the service sends, as it comes: for logs and tools. */
  readonly frame: Message
  /** Somebody said something to this client, in a room or to everybody. */
  readonly message: Message<Chat>
  /** After a reconnect, for each topic: whether everything missed follows. */
  readonly recovered: Recovery
  /** Something went wrong that no call waits for. */
  readonly error: HubError
}

/** How a request is made. */
export interface RequestOptions {
  readonly room?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** True where doing it twice changes nothing: it is said again when the connection ends before the answer. */
  readonly repeats?: boolean | undefined
  /** Now or never: resolves with undefined when it could not go at once, or its connection ended. */
  readonly volatile?: boolean | undefined
}

const PUBLISHING: CallRules = { repeats: true, isPrompt: true, needsRoom: true, isByUser: true }
const READING: CallRules = { repeats: true, isPrompt: true, needsRoom: true }

/** A connection to the service that stays: it comes back by itself, and goes on where it was. `E` maps the application's message types to payloads. */
export class Hub<E extends object = Record<string, unknown>> {
  readonly #session: Session
  readonly #rooms = new WeakMap<RoomState, Room<E>>()
  readonly #roomWorld: RoomWorld

  constructor (url: URL, options: ConnectOptions, codec: Codec) {
    this.#session = new Session(url, { ...withDefaults(options), codec })
    this.#roomWorld = {
      publish: async (type, room, payload, how) => await this.#publish(type, room, payload, how),
      whisper: (type, room) => this.#session.whisper(type, room),
      request: async (type, room, payload, signal) => (await this.#ofRoom(type, { room, payload }, READING, signal))?.payload,
      leave: async (room) => await this.#session.rooms.leave(room)
    }
    const { signal } = options
    const abort = (): void => this.#session.close(new ClosedError(1000, 'the hub was closed by its signal', { cause: signal?.reason }))
    const forget = whenAborted(signal, abort)
    this.on('state', ({ state }) => { if (state === 'closed') forget() })
    if (signal?.aborted === true) abort()
  }

  get state (): State {
    return this.#session.state
  }

  /** What the service said of the last connection, undefined before the first one: own user, node, limits. */
  get welcome (): Welcome | undefined {
    return this.#session.welcome
  }

  /** Resolves when there is a connection, rejects when there will be none. */
  async ready ({ signal }: ListenOptions = {}): Promise<Welcome> {
    signal?.throwIfAborted()
    return await new Promise((resolve, reject) => {
      const look = (): void => {
        if (this.state === 'open' && this.welcome !== undefined) resolve(this.welcome)
        else if (this.state === 'closed') reject(this.#session.end)
        else return
        done()
      }
      const forget = whenAborted(signal, () => {
        reject(signal?.reason)
        done()
      })
      const done = (): void => {
        forget()
        this.off('state', look)
      }
      this.on('state', look)
      look()
    })
  }

  /** Calls back at each event of the name: one of {@link HubEvents}, or a message type of the application, in a room or not. */
  on<K extends keyof HubEvents>(type: K, handler: Handler<HubEvents[K]>, options?: ListenOptions): this
  on<K extends keyof E & string>(type: K, handler: Handler<Message<E[K]>>, options?: ListenOptions): this
  on (type: string, handler: Handler<never>, options?: ListenOptions): this {
    this.#session.emitter.add(type, handler, options)
    return this
  }

  off (type: string, handler: Handler<never>): this {
    this.#session.emitter.remove(type, handler)
    return this
  }

  /** Becomes a member of a room, seen by the others. Rejects with the refusal. The room is kept over reconnects until it is left. */
  async join (room: string, { signal }: ListenOptions = {}): Promise<Room<E>> {
    return this.#facade(await this.#session.rooms.enter(room, 'member', signal))
  }

  /** Receives a room's messages without being seen in it. */
  async subscribe (room: string, { signal }: ListenOptions = {}): Promise<Room<E>> {
    return this.#facade(await this.#session.rooms.enter(room, 'reader', signal))
  }

  /** Publishes to everybody who is connected, where the service allows it. */
  broadcast (payload: unknown, options: SendOptions & { readonly volatile: true }): Promise<Sent | undefined>
  broadcast (payload: unknown, options?: SendOptions & { readonly volatile?: false | undefined }): Promise<Sent>
  broadcast (payload: unknown, options?: SendOptions): Promise<Sent | undefined>
  async broadcast (payload: unknown, options: SendOptions = {}): Promise<Sent | undefined> {
    return await this.#publish('broadcast', undefined, payload, options)
  }

  /** Sends a request of any type; resolves with what the application's handler gave back, or the payload of the answer. `R` is the caller's word for what that is. */
  async request<R = unknown> (type: string, payload?: unknown, { room, signal, repeats = false, volatile = false }: RequestOptions = {}): Promise<R> {
    const answer = await this.#session.call({ type, room, payload }, { repeats, isVolatile: volatile }, signal)
    return (answer?.type === 'ack' && isRecord(answer.payload) && 'result' in answer.payload ? answer.payload['result'] : answer?.payload) as R
  }

  /** Who is in a room, on all nodes. */
  async who (room: string, { signal }: ListenOptions = {}): Promise<readonly Person[]> {
    return (await this.request<{ users: readonly Person[] }>('online_users', {}, { room, signal, repeats: true })).users
  }

  /** Asks the service whether it is there; resolves with the time that took, ms. */
  async ping ({ signal }: ListenOptions = {}): Promise<number> {
    const askedAt = performance.now()
    await this.request('ping', null, { signal, repeats: true })
    return performance.now() - askedAt
  }

  /** Closes for good: what waits is given up with a `ClosedError`. */
  close (): void {
    this.#session.close()
  }

  async #publish (type: string, room: string | undefined, payload: unknown, { id, signal, volatile = false }: SendOptions): Promise<Sent | undefined> {
    const rules = { ...PUBLISHING, repeats: !volatile, isVolatile: volatile }
    const answer = await this.#ofRoom(type, { id, room, payload }, rules, signal)
    return answer === undefined ? undefined : { id: answer.id, ...answer.payload as object } as Sent
  }

  /** What waits for a room that nobody wants to be in would wait for ever. */
  async #ofRoom (type: string, { room, ...rest }: Pick<Envelope, 'room' | 'payload'> & { readonly id?: string | undefined }, rules: CallRules, signal?: AbortSignal): Promise<Message | undefined> {
    const { end, rooms } = this.#session
    if (room !== undefined && end === undefined && !rooms.has(room)) throw new HubError('NOT_IN_ROOM', `${room} was left`)
    return await this.#session.call({ type, room, ...rest }, rules, signal)
  }

  #facade (state: RoomState): Room<E> {
    const room = this.#rooms.get(state) ?? new Room<E>(state, this.#roomWorld)
    this.#rooms.set(state, room)
    return room
  }
}
