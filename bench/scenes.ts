import type { ScriptLine } from './load/load.ts'
import type { FigureName } from './figures.ts'
import type { HubName } from './hubs.ts'
import type { Pair, Scene, SceneLoad, Step } from './scene.ts'

const THROUGHPUT = ['cpuPerDelivery', 'deliveries', 'p50', 'p99', 'lost', 'serverCpu', 'loadCpu'] as const satisfies FigureName[]
const LATENCY = ['p50', 'p99', 'p999', 'lost', 'cpuPerDelivery', 'serverCpu', 'loadCpu'] as const satisfies FigureName[]
const IDLE = ['rss', 'handshakes', 'cpuPerHandshake', 'handshakeLoadCpu'] as const satisfies FigureName[]
const BROADCAST = ['pingMax', 'pingMaxArriving', 'lost', 'wrong', 'p99', 'cpuPerDelivery'] as const satisfies FigureName[]

const PUBLISHING = ['cpuPerMessage', 'messages', 'p50', 'p99', 'lost', 'wrong', 'serverCpu', 'loadCpu'] as const satisfies FigureName[]

const FORMS = ['cpuPerDelivery', 'bytes', 'deliveries', 'p50', 'p99', 'lost', 'serverCpu', 'loadCpu'] as const satisfies FigureName[]

/** Order is checked as well: messages of a room come over two nodes. */
const RELAYED = [...THROUGHPUT, 'wrong'] as const satisfies FigureName[]

/** Who is compared on one node, and on two with a Redis between them. */
const ONE_NODE = ['wshub', 'ws', 'socket.io', 'fastify'] as const
const TWO_NODES = ['wshub+redis', 'wshub', 'socket.io+redis'] as const

/** With history, held against the same without. */
const WITH_AND_WITHOUT = ['wshub', 'no-history', 'wshub+redis', 'no-history+redis'] as const
const HISTORY_PAIRS: readonly Pair[] = [['wshub', 'no-history'], ['wshub+redis', 'no-history+redis']]

const DELIVERIES_PER_SECOND = 20_000
const ROOM_SIZES = [10, 100, 1_000, 5_000, 15_000]
const CHAT_IN_FLIGHT = 64
/** At a fixed rate it takes longer until all code of a hub has been compiled. */
const WARM_UP_S = { throughput: 2, rate: 5 } as const

/** A recorded talk: how many people there were, and who said what. */
export interface Chat {
  readonly people: number
  readonly script: readonly ScriptLine[]
}

/** All scenes, in the order in which they are run. */
export function allScenes (chat: Chat): Scene[] {
  return [
    ...[1, 4, 16].map((inFlight) => oneRoom(`a${inFlight}`, `1 room of 1,000, one member publishing, ${inFlight} in flight`, inFlight, 1)),
    oneRoom('a16all', '1 room of 1,000, everybody publishing in turn, 16 in flight', 16, 1_000),
    ...[64, 512].map((inFlight) => manyRooms(`b${inFlight}`, inFlight)),
    fixedRate('c', '1 room of 1,000', { rooms: 1, membersPerRoom: 1_000 }),
    fixedRate('c10', '100 rooms of 10', { rooms: 100, membersPerRoom: 10 }),
    idle(),
    bigRoom(),
    recordedChat(chat),
    growth(),
    withAndWithout(smallRoom('h1', 64)),
    withAndWithout(manyRooms('h64', 64)),
    spoken('m', 'mixed', oneRoom('m16', '1 room of 1,000 that speaks all dialects, one member publishing, 16 in flight', 16, 1)),
    spoken('p', 'binary', oneRoom('p16', 'in binary, 1 room of 1,000, one member publishing, 16 in flight', 16, 1)),
    spoken('p', 'binary', manyRooms('p64', 64, 'in binary, ')),
    relayed(oneRoom('r16', '1 room of 1,000, one member publishing, 16 in flight', 16, 1)),
    relayed(manyRooms('r64', 64))
  ]
}

function oneRoom (name: string, title: string, inFlight: number, publishersPerRoom: number): Scene {
  return throughput(name, 'a', title, { membersPerRoom: 1_000, publishersPerRoom, traffic: { kind: 'window', inFlight } })
}

/** So few receivers that much of what a message costs is its publishing. */
function smallRoom (name: string, inFlight: number): Scene {
  const load: SceneLoad = { membersPerRoom: 10, publishersPerRoom: 1, contentBytes: 100, traffic: { kind: 'window', inFlight } }
  return throughput(name, 'a', `1 room of 10, one member publishing 100 bytes, ${inFlight} in flight`, load)
}

function manyRooms (name: string, inFlight: number, beginning = ''): Scene {
  const load: SceneLoad = { rooms: 100, membersPerRoom: 10, traffic: { kind: 'window', inFlight } }
  return throughput(name, 'b', `${beginning}100 rooms of 10, everybody publishing, ${inFlight} in flight in total`, load)
}

function throughput (name: string, group: string, title: string, load: SceneLoad): Scene {
  return { name, group, title, steps: single({ ...load, warmUpSeconds: WARM_UP_S.throughput }), hubs: ONE_NODE, figures: THROUGHPUT, plot: 'cpuPerDelivery' }
}

function fixedRate (name: string, rooms: string, load: SceneLoad & { readonly membersPerRoom: number }): Scene {
  const messagesPerSecond = DELIVERIES_PER_SECOND / (load.membersPerRoom - 1)
  const steps = single({ ...load, traffic: { kind: 'rate', messagesPerSecond }, warmUpSeconds: WARM_UP_S.rate })
  return { name, group: 'c', title: `20,000 deliveries a second, ${rooms}, everybody publishing`, steps, hubs: ONE_NODE, figures: LATENCY, plot: 'p99' }
}

function idle (): Scene {
  const steps = single({ rooms: 1_500, membersPerRoom: 10, traffic: { kind: 'idle' }, concurrency: 100 })
  return { name: 'd', group: 'd', title: '15,000 idle connections, each member of a room of 10', steps, hubs: ONE_NODE, figures: IDLE, plot: 'rss' }
}

function bigRoom (): Scene {
  const title = '1 room of 10,000, all arriving within a minute, then 10 messages a second'
  const traffic = { kind: 'rate', messagesPerSecond: 10 } as const
  const steps = single({ membersPerRoom: 10_000, publishersPerRoom: 1, traffic, warmUpSeconds: WARM_UP_S.throughput, arrivalSeconds: 50, bystander: true })
  return { name: 'e', group: 'e', title, steps, hubs: ONE_NODE, figures: BROADCAST, plot: 'pingMax' }
}

function recordedChat ({ people, script }: Chat): Scene {
  const load: SceneLoad = { membersPerRoom: people, publishersPerRoom: people, script, traffic: { kind: 'window', inFlight: CHAT_IN_FLIGHT } }
  return throughput('f', 'f', `a recorded chat of ${people} people over and over, ${CHAT_IN_FLIGHT} in flight`, load)
}

function growth (): Scene {
  const steps = ROOM_SIZES.map((membersPerRoom) => {
    const load: SceneLoad = { membersPerRoom, publishersPerRoom: 1, traffic: { kind: 'window', inFlight: 16 }, warmUpSeconds: WARM_UP_S.throughput }
    return { label: String(membersPerRoom), load }
  })
  return { name: 'g', group: 'g', title: '1 room of 10 to 15,000, one member publishing, 16 in flight', steps, hubs: ONE_NODE, figures: THROUGHPUT, plot: 'cpuPerDelivery' }
}

/** The same with messages kept and without: on one node in its memory, on two in Redis. */
function withAndWithout (scene: Scene): Scene {
  return { ...scene, group: 'h', title: `with history and without, ${scene.title}`, hubs: WITH_AND_WITHOUT, pairs: HISTORY_PAIRS, figures: PUBLISHING, plot: 'cpuPerMessage' }
}

/** The same in another language, held against JSON. */
function spoken (group: string, hub: HubName, scene: Scene): Scene {
  return { ...scene, group, hubs: [hub, 'wshub'], figures: FORMS }
}

/** The same over two nodes, on each of which every other member is. */
function relayed (scene: Scene): Scene {
  return { ...scene, group: 'r', title: `2 nodes, ${scene.title}`, hubs: TWO_NODES, figures: RELAYED }
}

function single (load: SceneLoad): Step[] {
  return [{ label: '', load }]
}
