import type { Findings } from './findings.ts'
import type { Case, Kind } from './options.ts'
import type { Profile } from './service.ts'
import { Tally } from './tally.ts'
import type { Watchdog } from './watchdog.ts'

/** What a run has counted. */
export class Counts {
  /** Inputs that the service has dealt with, by kind. */
  readonly done: Record<Kind, number> = { frames: 0, handshakes: 0, bodies: 0 }
  readonly connections = new Tally()
  /** Frames by what they are. */
  readonly frames = new Tally()
  /** Ends of connections by close code, and by who left. */
  readonly closes = new Tally()
  /** What became of handshakes. */
  readonly handshakes = new Tally()
  /** What became of REST requests. */
  readonly bodies = new Tally()
  /** Frames of the service by type, a sample. */
  readonly answers = new Tally()
  unanswered = 0
}

/** What all lanes share. */
export interface Arena {
  readonly seed: number
  readonly service: { readonly port: number, readonly profile: Profile }
  /** How long an answer may take, ms. */
  readonly answerMs: number
  readonly watchdog: Watchdog
  readonly findings: Findings
  readonly counts: Counts
  /** Tickets that nobody has used yet. */
  readonly tickets: string[]
  readonly dialect: string | undefined
}

/** One of the lanes in which connections follow each other. */
export interface LaneRun {
  /** Makes the connection that has this number in its lane. Never rejects. */
  run (number: number): Promise<void>
}

/** Makes a lane of an arena, by its number. */
export type MakeLane = (arena: Arena, lane: number) => LaneRun

/** Lanes of a kind; `follow` makes one connection, and resolves at its end. */
export function lanesOf (kind: Case['kind'], follow: (arena: Arena, which: Case) => Promise<void>): MakeLane {
  return (arena, lane) => ({ run: async (number) => await follow(arena, { kind, lane, number }) })
}

const PRIME = 0x9e3779b1

/** The seed of a single connection. */
export function seedOf (seed: number, { kind, lane, number }: Case): number {
  let mixed = seed
  for (const part of [kind.charCodeAt(0), lane, number]) mixed = Math.imul(mixed ^ part, PRIME) ^ mixed >>> 15
  return mixed >>> 0
}
