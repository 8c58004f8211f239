import { STAMP_LENGTH } from './stamp.ts'
import type { TokenRules } from './token.ts'
import type { WireName } from './wire.ts'

/** What the members do once all are there. */
export type Traffic =
  /** Always this many messages under way: the next is sent when one has been acknowledged and has reached everybody. */
  | { readonly kind: 'window', readonly inFlight: number }
  /** Messages at fixed times, whatever becomes of them. */
  | { readonly kind: 'rate', readonly messagesPerSecond: number }
  /** Nothing. */
  | { readonly kind: 'idle' }

/** One line of a recorded talk: which member of the room says it. */
export interface ScriptLine {
  readonly speaker: number
  readonly text: string
}

/** A load to put on a running hub. All but the address has a default. */
export interface LoadOptions {
  /** `ws://host:port/path`; without a path the wire's usual one. Connections take turns over several. */
  readonly url: string | readonly string[]
  readonly wire?: WireName
  /** One token for all connections. */
  readonly token?: string
  /** Signs a token (HS256) for each connection, each an own user. */
  readonly secret?: string
  /** What else such a token must look like. */
  readonly tokenRules?: TokenRules
  readonly rooms?: number
  readonly membersPerRoom?: number
  /** Name of the room, or the beginning of the names when there are several. */
  readonly room?: string
  /** How many members of each room take turns in publishing; by default up to 1,000. */
  readonly publishersPerRoom?: number
  readonly traffic?: Traffic
  readonly contentBytes?: number
  /** Said over and over, in order, instead of filling; needs a single room. */
  readonly script?: readonly ScriptLine[]
  readonly warmUpSeconds?: number
  readonly seconds?: number
  /** Handshakes, or joins, under way at a time. */
  readonly concurrency?: number
  /** Spreads the arrivals evenly over this time. */
  readonly arrivalSeconds?: number
  /** Pings on a connection of its own and measures how long the answers take. */
  readonly bystander?: boolean
  /** Process of the hub on this machine, to tell what it uses; of several, what they use together. */
  readonly serverPid?: number | readonly number[]
}

/** A load with nothing left open. */
export type LoadPlan = Required<Omit<LoadOptions, 'token' | 'secret' | 'tokenRules' | 'script' | 'serverPid'>> & LoadOptions

type Range = readonly [least: number, most: number]

/** Enough to meet no limit of a single connection. */
const USUAL_PUBLISHERS = 1_000
/** Each receiver keeps a number for each publisher of its room. */
const MAX_PAIRS = 20_000_000
/** Least and most of what a load may be, so that a slip cannot take a machine down. */
export const loadRanges = {
  connections: [2, 60_000],
  membersPerRoom: [2, 60_000],
  inFlight: [1, 32_768],
  messagesPerSecond: [0.1, 100_000],
  contentBytes: [STAMP_LENGTH, 2_000],
  seconds: [0.1, 600],
  leadSeconds: [0, 600],
  concurrency: [1, 1_000]
} as const satisfies Record<string, Range>
/** Digits of a room's number, so that all names are as long. */
const ROOM_DIGITS = 5

const defaults = {
  wire: 'hub',
  rooms: 1,
  membersPerRoom: 1_000,
  room: 'bench',
  traffic: { kind: 'window', inFlight: 16 },
  contentBytes: 100,
  warmUpSeconds: 1,
  seconds: 10,
  concurrency: 50,
  arrivalSeconds: 0,
  bystander: false
} as const

/** Fills in the defaults; throws a readable error for a load that cannot be. */
export function planLoad (options: LoadOptions): LoadPlan {
  const plan = { ...defaults, publishersPerRoom: publishersOf(options), ...options }
  const connections = plan.rooms * plan.membersPerRoom
  checkUrls(listOf(plan.url))
  check('connections', connections, loadRanges.connections)
  check('members of a room', plan.membersPerRoom, loadRanges.membersPerRoom)
  check('publishers of a room', plan.publishersPerRoom, [1, maxPublishers(plan)])
  check('bytes of content', plan.contentBytes, loadRanges.contentBytes)
  check('seconds', plan.seconds, loadRanges.seconds)
  check('seconds of warm-up', plan.warmUpSeconds, loadRanges.leadSeconds)
  check('seconds of arrival', plan.arrivalSeconds, loadRanges.leadSeconds)
  check('concurrency', plan.concurrency, loadRanges.concurrency)
  checkTraffic(plan.traffic)
  return plan
}

/** One or several of something as a list. */
export function listOf<T extends string | number> (given: T | readonly T[]): readonly T[] {
  return typeof given === 'object' ? given : [given]
}

/** Name of the room that a member is in. */
export function roomOf (plan: LoadPlan, index: number): string {
  const room = Math.floor(index / plan.membersPerRoom)
  return plan.rooms === 1 ? plan.room : `${plan.room}-${String(room).padStart(ROOM_DIGITS, '0')}`
}

/** How many members of each room can take turns in publishing. */
export function maxPublishers ({ rooms, membersPerRoom }: Pick<LoadPlan, 'rooms' | 'membersPerRoom'>): number {
  return Math.min(membersPerRoom, Math.floor(MAX_PAIRS / (rooms * membersPerRoom)))
}

function publishersOf ({ rooms = defaults.rooms, membersPerRoom = defaults.membersPerRoom }: LoadOptions): number {
  return Math.min(maxPublishers({ rooms, membersPerRoom }), USUAL_PUBLISHERS)
}

function checkUrls (urls: readonly string[]): void {
  if (urls.length === 0) throw new Error('addresses: expected one at least')
  const wrong = urls.find((url) => !/^wss?:$/.test(new URL(url).protocol))
  if (wrong !== undefined) throw new Error(`${wrong}: expected an address that begins with ws:// or wss://`)
}

function checkTraffic (traffic: Traffic): void {
  if (traffic.kind === 'window') check('messages in flight', traffic.inFlight, loadRanges.inFlight)
  if (traffic.kind === 'rate') check('messages per second', traffic.messagesPerSecond, loadRanges.messagesPerSecond)
}

function check (name: string, value: number, [min, max]: Range): void {
  if (!(value >= min && value <= max)) throw new Error(`${name}: expected ${min} to ${max}, got ${value}`)
}
