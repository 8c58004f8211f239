import type { FigureName } from './figures.ts'
import type { HubName } from './hubs.ts'
import type { Scene } from './scene.ts'
import type { Summary } from './summary.ts'

/** What the first hub of a scene is to reach in it: wshub, on one node or two. */
export interface Goal {
  readonly scene: string
  readonly figure: FigureName
  /** Measured against this hub's figure in the same run; against nothing when left out. */
  readonly peer?: HubName
  /** Measured against the hub's own figure in this step, in the last one. */
  readonly steps?: { readonly from: string, readonly to: string }
  readonly atMost?: number
  readonly atLeast?: number
}

/** A goal, and what came of it. */
export interface Judgement {
  readonly goal: Goal
  /** Undefined when the run does not say. */
  readonly value: number | undefined
  readonly isMet: boolean
}

const cpu = 'cpuPerDelivery'

/** All goals. */
export const goals: readonly Goal[] = [
  { scene: 'a16', figure: cpu, peer: 'ws', atMost: 0.125 },
  { scene: 'a16', figure: cpu, peer: 'socket.io', atMost: 0.125 },
  { scene: 'a16', figure: 'deliveries', atLeast: 1_200_000 },
  { scene: 'a1', figure: cpu, peer: 'ws', atMost: 0.75 },
  { scene: 'b64', figure: cpu, peer: 'ws', atMost: 0.8 },
  { scene: 'b64', figure: cpu, peer: 'socket.io', atMost: 0.65 },
  { scene: 'b512', figure: cpu, peer: 'ws', atMost: 0.4 },
  { scene: 'b512', figure: cpu, peer: 'socket.io', atMost: 0.35 },
  { scene: 'c', figure: 'p99', peer: 'ws', atMost: 1 },
  { scene: 'c', figure: 'lost', atMost: 0 },
  { scene: 'c10', figure: 'p99', peer: 'ws', atMost: 1 },
  { scene: 'c10', figure: 'lost', atMost: 0 },
  { scene: 'd', figure: 'rss', atMost: 10 },
  { scene: 'd', figure: 'handshakes', peer: 'ws', atLeast: 0.5 },
  { scene: 'e', figure: 'pingMax', atMost: 100 },
  { scene: 'e', figure: 'lost', atMost: 0 },
  { scene: 'e', figure: 'wrong', atMost: 0 },
  { scene: 'g', figure: cpu, steps: { from: '1000', to: '15000' }, atMost: 1.3 },
  { scene: 'm16', figure: cpu, peer: 'wshub', atMost: 1.3 },
  { scene: 'm16', figure: 'lost', atMost: 0 },
  { scene: 'p16', figure: 'bytes', peer: 'wshub', atMost: 0.75 },
  { scene: 'p16', figure: cpu, peer: 'wshub', atMost: 1.1 },
  { scene: 'p64', figure: cpu, peer: 'wshub', atMost: 1.1 },
  { scene: 'r16', figure: cpu, peer: 'socket.io+redis', atMost: 0.25 },
  { scene: 'r16', figure: 'lost', atMost: 0 },
  { scene: 'r16', figure: 'wrong', atMost: 0 },
  { scene: 'r64', figure: 'lost', atMost: 0 },
  { scene: 'r64', figure: 'wrong', atMost: 0 }
]

/** Judges the goals of a scene by its summary. */
export function judgeGoals ({ name, hubs: [hub] }: Scene, summary: Summary): Judgement[] {
  return goals.filter(({ scene }) => scene === name).map((goal) => {
    const value = valueOf(goal, summary, hub)
    const { atMost = Infinity, atLeast = -Infinity } = goal
    return { goal, value, isMet: value !== undefined && value <= atMost && value >= atLeast }
  })
}

function valueOf ({ figure, peer, steps }: Goal, summary: Summary, hub: HubName): number | undefined {
  if (peer !== undefined) return summary.ratio(figure, '', hub, peer)
  if (steps === undefined) return summary.figure(figure, '', hub)
  const from = summary.figure(figure, steps.from, hub)
  const to = summary.figure(figure, steps.to, hub)
  return from && to && to / from
}
