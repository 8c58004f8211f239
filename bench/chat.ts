import { readFile } from 'node:fs/promises'
import { parseLog } from '../examples/replay/parse-log.ts'
import { makePlan } from '../examples/replay/plan.ts'
import type { Chat } from './scenes.ts'

/** Reads a recorded chat day: all its people at once, and all that was said, in order. Coming and going is left out. */
export async function readChat (path: string): Promise<Chat> {
  const { people, steps } = makePlan(parseLog(await readFile(path)).events)
  const places = new Map(people.map(({ id }, index) => [id, index]))
  const script = steps.flatMap((step) => step.kind === 'say' ? [{ speaker: places.get(step.person.id) ?? 0, text: step.text }] : [])
  if (people.length < 2 || script.length === 0) throw new Error(`${path}: no chat that two people take part in`)
  return { people: people.length, script }
}
