import type { Scene } from './scene.ts'

/** The scenes that were asked for by name or group; all when none was. Throws for an unknown name. */
export function selectScenes (scenes: readonly Scene[], wanted: readonly string[]): Scene[] {
  const unknown = wanted.filter((name) => !scenes.some((scene) => isMeant(scene, name)))
  if (unknown.length > 0) throw new Error(`--scene: expected ${scenes.map(({ name }) => name).join(', ')} or a group, got ${unknown.join(', ')}`)
  return scenes.filter((scene) => wanted.length === 0 || wanted.some((name) => isMeant(scene, name)))
}

function isMeant ({ name, group }: Scene, wanted: string): boolean {
  return name === wanted || group === wanted
}
