import { monotonicMs } from '../../clock.ts'
import type { RoomName } from '../../hub/topics.ts'
import type { Occupant } from '../presence-store.ts'
import { RoomTable } from './room-table.ts'

/** What a connection is in a room, as Redis keeps it: `m` or `s` and the connection's id. */
export type AttendanceKey = string

/** A connection of this node that is in a room, or is on its way in. */
export interface Wanted {
  readonly occupant: Occupant
  /** True when the store let it in: from then on it is in, whatever happens to the store. */
  isIn: boolean
  /** Entries not answered yet. */
  underway: number
}

/** An exit that has to be done yet, or once more: nobody knows what the store did. */
export interface OpenExit {
  readonly occupant: Occupant
  /** True when the others were told of the connection's user, so that they have to be told of its departure. */
  readonly wasIn: boolean
  /** End of its grace, on the clock of `monotonicMs`. */
  readonly graceEndsMs: number
  /** How often it is still to be done: what seemed lost may reach the store late, even after the first repair. */
  readonly repairs: number
}

const REPAIRS = 2

/** Who is in which room as far as this node is concerned, whether the store has it so or not. */
export class Attendance {
  readonly #wanted = new RoomTable<Wanted>()
  readonly #open = new RoomTable<OpenExit>()
  readonly #now: () => number

  constructor (now: () => number = monotonicMs) {
    this.#now = now
  }

  /** An entry is sent. What it returns goes to one of the next two. */
  entering (room: RoomName, occupant: Occupant): Wanted {
    const key = attendanceKey(occupant)
    const wanted = this.#wanted.get(room, key) ?? { occupant, isIn: false, underway: 0 }
    wanted.underway += 1
    this.#wanted.set(room, key, wanted)
    return wanted
  }

  /** The connection was let in; when it left meanwhile, that stays so. */
  entered (room: RoomName, wanted: Wanted): void {
    wanted.underway -= 1
    wanted.isIn = true
    const key = attendanceKey(wanted.occupant)
    if (this.#wanted.get(room, key) === wanted) this.#open.delete(room, key)
  }

  /** The connection was not let in, or nobody knows; one that was in before still is. */
  notEntered (room: RoomName, wanted: Wanted): void {
    wanted.underway -= 1
    const key = attendanceKey(wanted.occupant)
    if (!wanted.isIn && wanted.underway === 0 && this.#wanted.get(room, key) === wanted) this.#wanted.delete(room, key)
  }

  /** An exit is sent; returns what was wanted until now. */
  leaving (room: RoomName, occupant: Occupant): Wanted | undefined {
    const key = attendanceKey(occupant)
    const wanted = this.#wanted.get(room, key)
    this.#wanted.delete(room, key)
    return wanted
  }

  /** The store did not confirm an exit, or an entry that is not wanted any more: the exit has to be done later. */
  keepOpen (room: RoomName, { occupant, isIn }: Wanted, graceMs: number): void {
    const exit = { occupant, wasIn: isIn, graceEndsMs: this.#now() + graceMs, repairs: REPAIRS }
    this.#open.set(room, attendanceKey(occupant), exit)
  }

  /** An open exit was done; one that was opened since was not. */
  repaired (room: RoomName, exit: OpenExit): void {
    const key = attendanceKey(exit.occupant)
    if (this.#open.get(room, key) !== exit) return
    if (exit.repairs > 1) this.#open.set(room, key, { ...exit, wasIn: false, repairs: exit.repairs - 1 })
    else this.#open.delete(room, key)
  }

  /** True when a connection is in, or on its way. */
  isWanted (room: RoomName, key: AttendanceKey): boolean {
    return this.#wanted.get(room, key) !== undefined
  }

  /** True when a connection was let in. */
  isInside (room: RoomName, key: AttendanceKey): boolean {
    return this.#wanted.get(room, key)?.isIn === true
  }

  /** Those that were let into a room. */
  insideOf (room: RoomName): readonly Occupant[] {
    return this.#wanted.entriesOf(room).filter(([, { isIn }]) => isIn).map(([, { occupant }]) => occupant)
  }

  /** A room's open exits, without those that came back. */
  openExits (room: RoomName): readonly OpenExit[] {
    return this.#open.entriesOf(room).filter(([key]) => !this.isWanted(room, key)).map(([, exit]) => exit)
  }

  /** What is left of an open exit's grace, ms. */
  graceLeft ({ graceEndsMs }: OpenExit): number {
    return Math.max(0, Math.ceil(graceEndsMs - this.#now()))
  }

  /** How many of this node are in a room, one that is in both ways twice. */
  sizeOf (room: RoomName): number {
    return this.#wanted.sizeOf(room)
  }

  /** Rooms with anybody wanted in them, or an open exit. */
  rooms (): readonly RoomName[] {
    return [...this.#wanted.rooms(), ...this.#open.rooms()]
  }

  /** Rooms with an open exit. */
  openRooms (): readonly RoomName[] {
    return this.#open.rooms()
  }
}

/** How Redis calls it that a connection is in a room in this way. */
export function attendanceKey ({ as, connectionId }: Occupant): AttendanceKey {
  return (as === 'member' ? 'm' : 's') + connectionId
}
