import { whenAborted } from './abort.ts'
import { Call, type CallRules, type Envelope } from './call.ts'
import { Connector, type State, type StateEvent } from './connector.ts'
import { Emitter } from './emitter.ts'
import { ClosedError, HubError, RefusedError } from './errors.ts'
import type { Settings } from './options.ts'
import { Outbox } from './outbox.ts'
import { OwnIds } from './own-ids.ts'
import type { Ack, Gap, Message, Refusal, Welcome } from './protocol.ts'
import { Renewal } from './renewal.ts'
import { Rooms } from './rooms.ts'
import { isSaid } from './room-state.ts'
import { roomTopic, Streams, type Recovery } from './streams.ts'
import { Watch } from './watch.ts'

/** Names of events that are not messages: a message type of such a name is told by `frame` alone. */
const OWN_EVENTS = new Set(['state', 'frame', 'recovered', 'error'])
const EVERYBODY = 'all'
/** A request of the protocol that nobody but the session waits for. */
const INTERNAL: CallRules = { repeats: false, isPrompt: true, isUrgent: true }

/** What lies behind a hub: one conversation with the service that outlives its connections. */
export class Session {
  readonly emitter = new Emitter()
  readonly rooms: Rooms
  welcome: Welcome | undefined
  readonly #settings: Pick<Settings, 'codec'>
  readonly #connector: Connector
  readonly #outbox: Outbox
  readonly #streams: Streams
  readonly #watch: Watch
  readonly #renewal: Renewal
  readonly #ids = new OwnIds()
  #end: unknown

  constructor (url: URL, settings: Settings) {
    this.#settings = settings
    this.#connector = new Connector(url, settings, {
      onState: (event) => this.#changed(event),
      onOpen: (greeting) => this.#opened(greeting),
      onFrame: (frame) => this.#take(frame),
      onLost: () => this.#lost()
    })
    this.#outbox = new Outbox(settings, {
      isOpen: () => this.#connector.state === 'open',
      isFollowed: (room) => this.#streams.isFollowed(roomTopic(room)),
      isReturning: (room) => this.#streams.isReturning(roomTopic(room)),
      send: (frame) => this.#connector.send(frame)
    })
    this.#streams = new Streams({
      resume: async (topics) => { await this.call({ type: 'resume', payload: { topics } }, INTERNAL) },
      isWanted: (topic) => this.rooms.isWanted(topic),
      isMember: (topic) => this.rooms.isMember(topic),
      pass: (frame) => this.#pass(frame),
      onRecovery: (recovery) => this.#recovered(recovery)
    })
    this.rooms = new Rooms(this.#outbox, this.#streams, async (envelope, rules, signal) => await this.call(envelope, rules, signal))
    this.#watch = new Watch(settings, {
      isOverdue: (now) => this.#outbox.isOverdue(now),
      pardon: (now) => this.#outbox.pardon(now),
      ping: () => { this.call({ type: 'ping' }, INTERNAL).catch(() => {}) },
      cut: (reason) => this.#connector.cut(reason),
      hurry: () => this.#connector.hurry()
    })
    this.#renewal = new Renewal({
      freshToken: async () => await this.#connector.credentials.fresh(),
      isOld: (token) => this.#connector.credentials.current === token,
      refresh: async (token) => {
        if (await this.call({ type: 'refresh_token', payload: { token } }, INTERNAL) !== undefined) this.#connector.credentials.use(token)
      },
      onError: (error) => this.emitter.emit('error', error)
    })
  }

  get state (): State {
    return this.#connector.state
  }

  /** Why it is closed; undefined while it is not. */
  get end (): unknown {
    return this.#end
  }

  /** Sends a request; resolves with the frame that answers it, with undefined where it was given up as its rules allow. */
  async call ({ id = this.#ids.next(), ...rest }: Omit<Envelope, 'id'> & { readonly id?: string | undefined }, rules: CallRules, signal?: AbortSignal): Promise<Message | undefined> {
    signal?.throwIfAborted()
    if (this.#end !== undefined) throw this.#end
    this.#ids.add(id)
    const envelope = { id, ...rest }
    const call = this.#outbox.add(new Call(envelope, rules, this.#settings.codec.encode(envelope)))
    const forget = whenAborted(signal, () => this.#outbox.abandon(call, signal?.reason))
    try {
      return await call.answer
    } finally {
      forget()
    }
  }

  /** Sends what nobody answers, if there is a connection. */
  whisper (type: string, room: string): void {
    if (this.#streams.isFollowed(roomTopic(room))) this.#connector.send(this.#settings.codec.encode({ type, room }))
  }

  /** Closes for good. What is on its way is given up with the same error as what waits. */
  close (error: ClosedError = new ClosedError(1000, 'the hub was closed')): void {
    if (this.#end === undefined) this.#outbox.fail(error)
    this.#connector.close(error)
  }

  #changed (event: StateEvent): void {
    if (event.state === 'closed') {
      this.#end = event.error
      this.#watch.stop()
      this.#outbox.fail(event.error)
      this.rooms.close(event.error)
    }
    this.emitter.emit('state', event)
    if (event.state === 'closed') this.emitter.clear()
  }

  #opened (greeting: Message<Welcome>): void {
    const { payload: welcome } = greeting
    if (this.welcome !== undefined && this.welcome.user_id !== welcome.user_id) this.#outbox.userChanged()
    this.welcome = welcome
    this.#ids.addUser(welcome.user_id)
    this.emitter.emit('frame', greeting)
    this.#outbox.maxSize = welcome.max_message_size
    this.#watch.opened()
    this.#streams.opened(welcome)
    this.#outbox.flush()
  }

  #lost (): void {
    this.#watch.lost()
    this.#renewal.stop()
    this.#streams.lost()
    this.#outbox.lost()
  }

  /** Takes a frame. What it says about topics counts at once: the next frame may build on it. */
  #take (frame: Message): void {
    this.#watch.heard()
    this.emitter.emit('frame', frame)
    // A handler may have closed the hub.
    if (this.#end !== undefined) return
    this.#note(frame)
    if (frame.type === 'error') this.#refused(frame)
    // What has a place in a stream or a sender is a message, its id that of a publish: one of this client itself, in a replay.
    if (frame.seq === undefined && frame.sender === undefined && this.#outbox.answered(frame)) return
    if (frame.type === 'error') this.emitter.emit('error', toError(frame.payload as Refusal))
    else if (this.#streams.take(frame)) this.#pass(frame)
  }

  #note (frame: Message): void {
    const { type, payload } = frame
    if (type === 'ack') this.#acked(frame)
    else if (type === 'resumed') this.#streams.resumed(payload as Parameters<Streams['resumed']>[0])
    else if (type === 'gap') this.#streams.missed(payload as Gap)
    else if (type === 'rate_warning') this.#outbox.slowDown((payload as { retry_after_ms: number }).retry_after_ms)
    else if (type === 'draining') this.#connector.hint((payload as { retry_after_ms: number }).retry_after_ms)
    else if (type === 'token_expiring') this.#renewal.start()
    else if (type === 'token_refreshed') this.#loseRooms(payload as { rooms_left?: string[] })
    else this.rooms.note(frame)
  }

  #refused ({ id = '', payload }: Message): void {
    const room = this.#outbox.get(id)?.envelope.room
    if (room !== undefined) this.rooms.refused(room, toError(payload as Refusal))
  }

  #loseRooms ({ rooms_left: rooms = [] }: { readonly rooms_left?: readonly string[] }): void {
    for (const room of rooms) this.rooms.lose(room, new RefusedError('FORBIDDEN', 'the new token does not let its user be in the room'))
  }

  #acked ({ id = '', payload }: Message): void {
    const call = this.#outbox.get(id)
    const { seq, epoch } = payload as Ack
    if (call === undefined) return
    const { type, room } = call.envelope
    if (type === 'leave_room' && room !== undefined) this.#streams.forget(roomTopic(room))
    else if (seq !== undefined && epoch !== undefined) this.#streams.acked(room === undefined ? EVERYBODY : roomTopic(room), { seq, epoch })
  }

  #pass (frame: Message): void {
    if (this.#ids.isOwn(frame) || this.rooms.isLeaving(frame.room)) return
    this.rooms.take(frame)
    if (isSaid(frame)) this.emitter.emit('message', frame)
    else if (!OWN_EVENTS.has(frame.type)) this.emitter.emit(frame.type, frame)
  }

  #recovered (recovery: Recovery): void {
    this.rooms.recovered(recovery)
    this.emitter.emit('recovered', recovery)
  }
}

/** The application's own answers may carry anything. */
function toError ({ code, message, severity }: Refusal): HubError {
  return new RefusedError(code, message, severity)
}
