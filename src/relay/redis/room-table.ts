import type { RoomName } from '../../hub/topics.ts'

/** Values by room and key. A room without any is not kept. */
export class RoomTable<Value> {
  readonly #rooms = new Map<RoomName, Map<string, Value>>()

  get (room: RoomName, key: string): Value | undefined {
    return this.#rooms.get(room)?.get(key)
  }

  set (room: RoomName, key: string, value: Value): void {
    const values = this.#rooms.get(room)
    if (values === undefined) this.#rooms.set(room, new Map([[key, value]]))
    else values.set(key, value)
  }

  delete (room: RoomName, key: string): void {
    const values = this.#rooms.get(room)
    if (values === undefined) return
    values.delete(key)
    if (values.size === 0) this.#rooms.delete(room)
  }

  /** How many values a room has. */
  sizeOf (room: RoomName): number {
    return this.#rooms.get(room)?.size ?? 0
  }

  /** A room's keys and values as they are now. */
  entriesOf (room: RoomName): ReadonlyArray<[string, Value]> {
    return [...this.#rooms.get(room) ?? []]
  }

  /** The rooms as they are now. */
  rooms (): readonly RoomName[] {
    return [...this.#rooms.keys()]
  }
}
