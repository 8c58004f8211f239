import type { SceneLoad } from './scene.ts'

/** Fewer members than this are no room to measure. */
const MIN_MEMBERS = 2

/** The same load with fewer connections: fewer rooms where there are many, else a smaller room. */
export function scaleLoad (load: SceneLoad, scale: number): SceneLoad {
  const { rooms = 1, membersPerRoom = MIN_MEMBERS, script } = load
  // A recorded chat has the people it has.
  if (scale === 1 || script !== undefined) return load
  const arrivalSeconds = (load.arrivalSeconds ?? 0) * scale
  if (rooms > 1) return { ...load, rooms: Math.max(1, Math.round(rooms * scale)), arrivalSeconds }
  const members = Math.max(MIN_MEMBERS, Math.round(membersPerRoom * scale))
  const publishers = load.publishersPerRoom === undefined ? {} : { publishersPerRoom: Math.min(load.publishersPerRoom, members) }
  return { ...load, ...publishers, membersPerRoom: members, arrivalSeconds }
}
