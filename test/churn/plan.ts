import { Random } from '../faults/random.ts'

/** How somebody comes and goes. */
export type CycleKind =
  /** Joins, leaves, closes with 1000. */
  | 'clean'
  /** Joins, and is reset. */
  | 'reset'
  /** Joins, and answers nothing any more, not even a ping. */
  | 'mute'
  /** Joins, and reads nothing any more. */
  | 'stalled'
  | 'unjoined'
  /** Comes with a token that is none. */
  | 'refused'
  | 'ticket'
  /** Joins, publishes, is reset, comes back by `resume`, leaves and closes. */
  | 'resume'
  /** Is reset somewhere between the first packet and the last. */
  | 'step'

/** Times in a hundred. */
const SHARES: ReadonlyArray<readonly [CycleKind, number]> = [
  ['clean', 38], ['reset', 18], ['step', 12], ['unjoined', 8], ['refused', 8], ['resume', 6], ['ticket', 5], ['mute', 3], ['stalled', 2]
]

/** Those that last until the service lets them go. */
export const HALF_OPEN: ReadonlySet<CycleKind> = new Set<CycleKind>(['mute', 'stalled'])

/** All kinds. */
export const cycleKinds: readonly CycleKind[] = SHARES.map(([kind]) => kind)

/** What one cycle is to be. */
export interface Plan {
  readonly index: number
  readonly kind: CycleKind
  /** Several cycles share one, some at a time. */
  readonly user: string
  readonly room: string
  readonly random: Random
}

const CYCLES_PER_USER = 8
const CYCLES_PER_ROOM = 5

/** The same for the same seed and index, whatever the others do meanwhile. */
export function planOf (seed: number, index: number): Plan {
  const random = new Random((seed ^ Math.imul(index + 1, 0x9e3779b1)) >>> 0)
  const user = `u${Math.floor(index / CYCLES_PER_USER)}`
  const room = `r${Math.floor(index / CYCLES_PER_ROOM)}`
  return { index, kind: kindAt(random.next() * 100), user, room, random }
}

function kindAt (place: number): CycleKind {
  let upTo = 0
  for (const [kind, share] of SHARES) {
    upTo += share
    if (place < upTo) return kind
  }
  return 'clean'
}
