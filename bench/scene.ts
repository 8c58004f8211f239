import type { LoadOptions } from './load/load.ts'
import type { FigureName } from './figures.ts'
import type { HubName } from './hubs.ts'

/** The load of a scene: everything but where and as whom. */
export type SceneLoad = Omit<LoadOptions, 'url' | 'wire' | 'token' | 'secret' | 'serverPid'>

/** One load of a scene; most scenes have only one. */
export interface Step {
  /** What differs from the other steps; empty when there is no other. */
  readonly label: string
  readonly load: SceneLoad
}

/** The first one's figure is divided by the second one's. */
export type Pair = readonly [hub: HubName, peer: HubName]

/** A situation that hubs are compared in. */
export interface Scene {
  readonly name: string
  /** Scenes that belong together can be asked for by this. */
  readonly group: string
  readonly title: string
  readonly steps: readonly Step[]
  /** Who is compared; the first is held against each of the others, unless there are pairs. */
  readonly hubs: readonly [HubName, ...HubName[]]
  /** Who is held against whom, and nobody else; no hub is the second of two pairs. */
  readonly pairs?: readonly Pair[]
  readonly figures: readonly FigureName[]
  /** The figure that is drawn. */
  readonly plot: FigureName
}

/** Who is held against whom in a scene. */
export function pairsOf ({ hubs: [first, ...others], pairs }: Pick<Scene, 'hubs' | 'pairs'>): readonly Pair[] {
  return pairs ?? others.map((peer) => [first, peer])
}
