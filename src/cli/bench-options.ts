import { randomBytes } from 'node:crypto'
import { loadRanges, maxPublishers, readUsage, type LoadOptions, type Traffic } from '../../bench/load/load.ts'
import { roomNameProblem } from '../rooms/room-name.ts'
import { readAccess } from './bench-access.ts'
import { withDialect } from './dialect.ts'
import { parseFlags } from './parse-flags.ts'
import { socketTarget } from './socket-target.ts'
import { UsageError } from './usage-error.ts'
import type { World } from './world.ts'

/** What a command line asks for. */
export interface BenchRequest {
  readonly options: LoadOptions
  /** The address without anything secret. */
  readonly shown: string
}

const flags = {
  url: { type: 'string', default: 'ws://localhost:8080/ws' },
  secret: { type: 'string' },
  token: { type: 'string' },
  config: { type: 'string' },
  connections: { type: 'string', default: '100' },
  rooms: { type: 'string', default: '1' },
  room: { type: 'string' },
  publishers: { type: 'string' },
  rate: { type: 'string' },
  window: { type: 'string' },
  bytes: { type: 'string', default: '100' },
  seconds: { type: 'string', default: '10' },
  pid: { type: 'string' }
} as const

/** Slow enough for a service whose limits are as they come. */
const USUAL_RATE = 100
const MAX_WARM_UP_SECONDS = 1
/** What follows the name of each of several rooms. */
const ROOM_SUFFIX = '-00000'
const MAX_PID = 2 ** 31 - 1

/** Reads the command line; throws a `UsageError` for what is no load. */
export function readBench (args: readonly string[], world: World): BenchRequest {
  const { url, room, bytes, seconds, publishers, pid, ...given } = parseFlags(args, flags)
  const { href, shown } = socketTarget(url)
  const crowd = readCrowd(given)
  const measuredSeconds = number('seconds', seconds, loadRanges.seconds)
  const options = {
    ...crowd,
    url: withDialect(href),
    room: readRoom(crowd.rooms, room),
    traffic: readTraffic(given),
    contentBytes: whole('bytes', bytes, loadRanges.contentBytes),
    seconds: measuredSeconds,
    warmUpSeconds: Math.min(MAX_WARM_UP_SECONDS, measuredSeconds),
    ...(publishers !== undefined && { publishersPerRoom: whole('publishers', publishers, [1, maxPublishers(crowd)]) }),
    ...(pid !== undefined && { serverPid: readPid(pid) })
  }
  return { options: { ...options, ...readAccess(given, world) }, shown }
}

function readCrowd (given: { connections: string, rooms: string }): { rooms: number, membersPerRoom: number } {
  const connections = whole('connections', given.connections, loadRanges.connections)
  const rooms = whole('rooms', given.rooms, [1, Math.floor(connections / loadRanges.membersPerRoom[0])])
  const membersPerRoom = connections / rooms
  if (!Number.isInteger(membersPerRoom)) {
    const lower = Math.floor(membersPerRoom) * rooms
    throw new UsageError(`--connections: expected a multiple of --rooms, such as ${lower} or ${lower + rooms}, got ${connections} for ${rooms} rooms`)
  }
  return { rooms, membersPerRoom }
}

/** Two loads in one room would take each other's messages for their own. */
function readRoom (rooms: number, room = `bench-${randomBytes(3).toString('hex')}`): string {
  const problem = roomNameProblem(rooms === 1 ? room : `${room}${ROOM_SUFFIX}`)
  if (problem !== undefined) throw new UsageError(`--room: ${problem}`)
  return room
}

function readTraffic ({ window, rate }: { window?: string, rate?: string }): Traffic {
  if (window !== undefined && rate !== undefined) throw new UsageError('--window, --rate: expected one of them, got both')
  if (window !== undefined) return { kind: 'window', inFlight: whole('window', window, loadRanges.inFlight) }
  return { kind: 'rate', messagesPerSecond: rate === undefined ? USUAL_RATE : number('rate', rate, loadRanges.messagesPerSecond) }
}

function readPid (text: string): number {
  const pid = whole('pid', text, [1, MAX_PID])
  if (readUsage(pid) === undefined) throw new UsageError(`--pid: expected a process of this machine, a Linux, got ${pid}`)
  return pid
}

function whole (flag: string, text: string, range: readonly [number, number]): number {
  const value = number(flag, text, range)
  if (!Number.isInteger(value)) throw new UsageError(`--${flag}: expected a whole number, got ${text}`)
  return value
}

function number (flag: string, text: string, [least, most]: readonly [number, number]): number {
  const value = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : NaN
  if (value >= least && value <= most) return value
  throw new UsageError(`--${flag}: expected a number from ${least} to ${most}, got ${text}`)
}
