import { connect, type ConnectOptions, type HistoryOptions, type HistoryPage, type Hub, type Person, type Room, type SendOptions, type Sent, type SocketConstructor, type State, type Welcome } from '../../client/index.ts'
import { connect as connectBinary } from '../../client/binary/index.ts'
import { codeOf, heard, recordOf, type Heard, type Outcome, type Told } from './record.ts'
import { scripts, type Changes } from './scripts.ts'

/** The form in which a hub speaks to the service. */
export type Form = 'json' | 'binary'

/** How a hub connects, as JSON. */
export interface Plan extends Pick<ConnectOptions, 'maxAttempts' | 'backOff' | 'connectTimeoutMs' | 'answerTimeoutMs' | 'idleMs' | 'queue' | 'tickMs'> {
  readonly url: string
  readonly token?: string
  /** Where to get a token for each connection. */
  readonly tokensFrom?: string
  /** Where to get a ticket for each connection. */
  readonly ticketsFrom?: string
  /** Message types of the application that are written down as well. */
  readonly types?: readonly string[]
}

/** How far a hub is in a talk. */
export interface Progress {
  readonly state: State
  /** Messages of its own that are said and settled. */
  readonly said: number
  readonly settled: number
  readonly heard: number
  readonly connections: number
  /** How long ago the last connection came about, ms. */
  readonly openForMs: number
}

/** Many hubs in numbers. */
export interface CrowdReport {
  readonly open: number
  /** Texts that one of them heard, in order; those of all others only where they differ. */
  readonly heard: readonly string[]
  /** First pause of each after it lost its connection, and when its first attempt was made. */
  readonly pausesMs: readonly number[]
  readonly attemptsMs: readonly number[]
}

/** What happened in a room, beside messages. */
export interface RoomNews {
  readonly event: string
  readonly about: unknown
}

class Party {
  readonly hub: Hub
  readonly told: Told
  readonly rooms = new Map<string, Room>()
  readonly news: RoomNews[] = []
  readonly read: Heard[] = []
  readonly said: Outcome[] = []
  talk = Promise.resolve()
  count = 0
  isTalking = false

  constructor (hub: Hub, types: readonly string[]) {
    this.hub = hub
    this.told = recordOf(hub, types)
  }
}

/** Runs hubs of the client for a test, wherever the client runs; all arguments and results are JSON. */
export class Agent {
  readonly #socket: SocketConstructor | undefined
  readonly #connect: typeof connect
  readonly #parties = new Map<string, Party>()
  readonly #problems: string[] = []

  constructor (form: Form, socket?: SocketConstructor) {
    this.#connect = form === 'binary' ? connectBinary : connect
    this.#socket = socket
  }

  /** Connects a hub under a name of the test's choice. */
  connect (name: string, plan: Plan): void {
    this.#parties.set(name, new Party(this.#hub(plan), plan.types ?? []))
  }

  /** Connects many, named by a prefix and a number, each to come into a room as a mere reader. */
  async crowd (prefix: string, count: number, room: string, plan: Plan): Promise<void> {
    const names = Array.from({ length: count }, (_, index) => `${prefix}${index}`)
    for (const name of names) this.connect(name, plan)
    await Promise.all(names.map(async (name) => await this.#of(name).hub.subscribe(room)))
  }

  /** What many hubs of a prefix have told, in numbers. */
  crowdReport (prefix: string): CrowdReport {
    const all = [...this.#parties].filter(([name]) => name.startsWith(prefix)).map(([, { told, hub }]) => ({ told, hub }))
    const waits = all.map(({ told: { states } }) => states.findIndex(({ state }) => state === 'waiting'))
    return {
      open: all.filter(({ hub }) => hub.state === 'open').length,
      heard: [...new Set(all.map(({ told }) => told.heard.map(({ text }) => text).join()))],
      pausesMs: all.map(({ told: { states } }, index) => states[waits[index] ?? -1]?.retryInMs ?? Infinity),
      attemptsMs: all.map(({ told: { states } }, index) => states[(waits[index] ?? 0) + 1]?.atMs ?? Infinity)
    }
  }

  async ready (name: string): Promise<Welcome> {
    return await this.#of(name).hub.ready()
  }

  state (name: string): State {
    return this.#of(name).hub.state
  }

  /** Comes into a room, writes down what happens there, and reads its messages one by one. */
  async join (name: string, room: string): Promise<{ members: readonly Person[], count: number }> {
    const party = this.#of(name)
    const joined = await party.hub.join(room)
    this.#follow(party, joined)
    return { members: joined.members, count: joined.count }
  }

  async subscribe (name: string, room: string): Promise<void> {
    const party = this.#of(name)
    this.#follow(party, await party.hub.subscribe(room))
  }

  async leave (name: string, room: string): Promise<void> {
    await this.#room(name, room).leave()
  }

  members (name: string, room: string): readonly string[] {
    return this.#room(name, room).members.map(({ id }) => id)
  }

  /** Says something; resolves with what came of it. */
  async say (name: string, room: string, text: string, options: Pick<SendOptions, 'id' | 'volatile'> = {}): Promise<Outcome> {
    const { volatile, ...rest } = options
    const target = this.#room(name, room)
    return await outcomeOf(text, volatile === true ? target.send({ content: text }, { ...rest, volatile }) : target.send({ content: text }, rest))
  }

  /** Says many things at once. */
  async sayAll (name: string, room: string, texts: readonly string[]): Promise<readonly Outcome[]> {
    return await Promise.all(texts.map(async (text) => await this.say(name, room, text)))
  }

  /** Says `name n` in a room again and again, whatever happens to the connection, until {@link hush}. */
  talk (name: string, room: string, everyMs: number): void {
    const party = this.#of(name)
    party.isTalking = true
    party.talk = this.#talk(name, party, { room, everyMs })
  }

  /** Ends a talk; resolves with what came of each message, once all are settled. */
  async hush (name: string): Promise<readonly Outcome[]> {
    const party = this.#of(name)
    party.isTalking = false
    await party.talk
    return party.said
  }

  progress (name: string): Progress {
    const { hub: { state }, count, said, told } = this.#of(name)
    const opened = told.states.filter((one) => one.state === 'open')
    return { state, said: count, settled: said.length, heard: told.heard.length, connections: opened.length, openForMs: performance.now() - (opened.at(-1)?.atMs ?? Infinity) }
  }

  typing (name: string, room: string, isTyping: boolean): void {
    this.#room(name, room).typing(isTyping)
  }

  async history (name: string, room: string, options: Omit<HistoryOptions, 'signal'> = {}): Promise<HistoryPage> {
    return await this.#room(name, room).history(options)
  }

  async who (name: string, room: string): Promise<readonly string[]> {
    return (await this.#of(name).hub.who(room)).map(({ id }) => id)
  }

  async request (name: string, type: string, payload?: unknown): Promise<unknown> {
    try {
      return await this.#of(name).hub.request(type, payload)
    } catch (error) {
      return { error: codeOf(error) }
    }
  }

  async ping (name: string): Promise<number> {
    return await this.#of(name).hub.ping()
  }

  /** What the hub has told so far. */
  told (name: string): Told {
    return this.#of(name).told
  }

  /** What has happened in its rooms, beside messages. */
  news (name: string): readonly RoomNews[] {
    return this.#of(name).news
  }

  /** What loops over its rooms have read. */
  read (name: string): readonly Heard[] {
    return this.#of(name).read
  }

  close (name: string): void {
    this.#of(name).hub.close()
  }

  closeAll (): void {
    for (const { hub } of this.#parties.values()) hub.close()
  }

  /** Runs a whole scene that needs nothing from outside. */
  async run (script: keyof typeof scripts, plan: Plan, room: string): Promise<unknown> {
    return await scripts[script]((changes) => this.#hub(plan, changes), room)
  }

  /** An error that nobody caught. */
  report (error: unknown): void {
    this.#problems.push(error instanceof Error ? error.stack ?? error.message : String(error))
  }

  problems (): readonly string[] {
    return this.#problems
  }

  async #talk (name: string, party: Party, { room, everyMs }: { room: string, everyMs: number }): Promise<void> {
    const pending: Array<Promise<void>> = []
    while (party.isTalking) {
      party.count += 1
      pending.push(this.say(name, room, `${name} ${party.count}`).then((outcome) => { party.said.push(outcome) }))
      await new Promise((resolve) => { setTimeout(resolve, everyMs) })
    }
    await Promise.all(pending)
  }

  #follow (party: Party, room: Room): void {
    if (party.rooms.get(room.name) === room) return
    party.rooms.set(room.name, room)
    for (const event of ['joined', 'left', 'typing', 'recovered', 'closed'] as const) {
      room.on(event, (about) => { party.news.push({ event, about: about instanceof Error ? about.code : about ?? null }) })
    }
    const read = async (): Promise<void> => { for await (const message of room) party.read.push(heard(message)) }
    read().then(() => party.news.push({ event: 'end', about: null }), (error: unknown) => party.news.push({ event: 'end', about: codeOf(error) }))
  }

  #hub ({ url, token, tokensFrom, ticketsFrom, types, ...options }: Plan, changes: Changes = {}): Hub {
    return this.#connect(changes.url ?? url, {
      ...options,
      ...(this.#socket !== undefined && { WebSocket: this.#socket }),
      ...(token !== undefined && { token }),
      ...(tokensFrom !== undefined && { token: async () => await textFrom(tokensFrom) }),
      ...(ticketsFrom !== undefined && { ticket: async () => await textFrom(ticketsFrom) }),
      ...changes
    })
  }

  #of (name: string): Party {
    const party = this.#parties.get(name)
    if (party === undefined) throw new Error(`nobody is called ${name}`)
    return party
  }

  #room (name: string, room: string): Room {
    const found = this.#of(name).rooms.get(room)
    if (found === undefined) throw new Error(`${name} was never in ${room}`)
    return found
  }
}

async function outcomeOf (text: string, sent: Promise<Sent | undefined>): Promise<Outcome> {
  try {
    const { id, seq } = await sent ?? {}
    return { text, ...(id !== undefined && { id }), ...(seq !== undefined && { seq }) }
  } catch (error) {
    return { text, error: codeOf(error) }
  }
}

async function textFrom (url: string): Promise<string> {
  const answer = await fetch(url)
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`)
  return await answer.text()
}
