import { shown } from '../answer.ts'
import type { Check } from '../check.ts'
import { ok } from '../finding.ts'

const COUNT = 6

/** Which nodes answer? */
export const nodes: Check = {
  name: 'nodes',
  needs: 'greeting',
  async run (visit) {
    visit.crowd = await Promise.all(Array.from({ length: COUNT }, async () => await visit.connect()))
    const counts = new Map<string, number>()
    for (const { greeting: { nodeId } } of visit.crowd) counts.set(shown(nodeId), (counts.get(shown(nodeId)) ?? 0) + 1)
    const list = [...counts].map(([id, count]) => `${id} (${count})`).join(', ')
    return ok(`${COUNT} more connections came to ${counts.size === 1 ? 'one node' : `${counts.size} nodes`}: ${list}`, { nodes: Object.fromEntries(counts) })
  }
}
