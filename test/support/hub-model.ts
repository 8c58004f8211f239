/** One frame as a client should see it: what and from whom, where, and its place in the stream. */
export type Expected = readonly [type: string, who: string, where: string, seq: number | undefined]

/** A connection as the model knows it. */
export class ModelConnection {
  readonly user: string
  /** Room → the ways the connection is in it. */
  readonly rooms = new Map<string, Set<'member' | 'subscriber'>>()
  readonly expected: Expected[] = []

  constructor (user: string) {
    this.user = user
  }
}

/** The rules of rooms and delivery in their simplest form: who must receive what, in which order. */
export class HubModel {
  readonly connections = new Set<ModelConnection>()
  readonly #seqs: Map<string, number>

  /** `seqs`: where the streams of the hub under test stand. */
  constructor (seqs: Iterable<[string, number]>) {
    this.#seqs = new Map(seqs)
  }

  join (connection: ModelConnection, room: string, way: 'member' | 'subscriber'): void {
    const isArrival = way === 'member' && !this.#isPresent(connection.user, room)
    const ways = connection.rooms.get(room) ?? new Set()
    connection.rooms.set(room, ways.add(way))
    if (isArrival) this.#tell('user_joined', connection, room)
  }

  leave (connection: ModelConnection, room: string, way: 'member' | 'subscriber'): void {
    const ways = connection.rooms.get(room)
    if (ways?.delete(way) !== true) return
    if (ways.size === 0) connection.rooms.delete(room)
    if (way === 'member' && !this.#isPresent(connection.user, room)) this.#tell('user_left', connection, room)
  }

  /** The connection ends in order. */
  end (connection: ModelConnection): void {
    this.connections.delete(connection)
    for (const room of [...connection.rooms.keys()]) this.leave(connection, room, 'member')
  }

  /** A client's message; returns its number, or undefined when it must be refused. */
  publish (from: ModelConnection, room: string): number | undefined {
    if (!from.rooms.has(room)) return undefined
    const seq = this.#next(`room:${room}`)
    this.#deliver(this.#inRoom(room).filter((connection) => connection !== from), ['message', from.user, room, seq])
    return seq
  }

  /** A client's message to everybody; returns its number. */
  broadcast (from: ModelConnection): number {
    const seq = this.#next('all')
    this.#deliver([...this.connections].filter((connection) => connection !== from), ['message', from.user, 'all', seq])
    return seq
  }

  /** The application's message to a user and a room but not to another user; returns the number of copies. */
  notify (user: string, room: string, except: string): number {
    const [bySeq, roomSeq] = [this.#next(`user:${user}`), this.#next(`room:${room}`)]
    const meant = [...this.connections].filter((connection) => connection.user !== except)
    const ofUser = meant.filter((connection) => connection.user === user)
    const others = meant.filter((connection) => connection.user !== user && connection.rooms.has(room))
    this.#deliver(ofUser, ['news', '', `user:${user}`, bySeq])
    this.#deliver(others, ['news', '', room, roomSeq])
    return ofUser.length + others.length
  }

  #inRoom (room: string): ModelConnection[] {
    return [...this.connections].filter(({ rooms }) => rooms.has(room))
  }

  #isPresent (user: string, room: string): boolean {
    return this.#inRoom(room).some((connection) => connection.user === user && connection.rooms.get(room)?.has('member'))
  }

  #tell (type: string, { user }: ModelConnection, room: string): void {
    const members = this.#inRoom(room).filter(({ rooms }) => rooms.get(room)?.has('member'))
    this.#deliver(members.filter((member) => member.user !== user), [type, user, room, undefined])
  }

  #deliver (to: readonly ModelConnection[], frame: Expected): void {
    for (const { expected } of to) expected.push(frame)
  }

  #next (topic: string): number {
    const seq = (this.#seqs.get(topic) ?? 0) + 1
    this.#seqs.set(topic, seq)
    return seq
  }
}
