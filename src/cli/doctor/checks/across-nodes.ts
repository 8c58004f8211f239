import { shown } from '../answer.ts'
import type { Check } from '../check.ts'
import { failed, ok, skipped, type Finding } from '../finding.ts'
import { delivery, listen, publish } from '../rooms.ts'
import { formatMs, rounded } from '../spread.ts'
import type { Greeted, Visit } from '../visit.ts'

/** Further connections when all came to one node so far. */
const MORE = 4

/** Do messages get from one node to all others? */
export const acrossNodes: Check = {
  name: 'across nodes',
  needs: 'greeting',
  async run (visit) {
    const [from, ...others] = await onePerNode(visit)
    if (from === undefined || others.length === 0) return skipped('all connections came to one node')
    const room = `${visit.room}-nodes`
    for (const { line } of [from, ...others]) await listen(line, room)
    const finding = await send(from, others, room)
    await Promise.all(visit.crowd.map(async ({ line }) => { await line.close() }))
    return finding
  }
}

async function onePerNode (visit: Visit): Promise<Greeted[]> {
  const byNode = new Map(visit.crowd.map((greeted) => [greeted.greeting.nodeId, greeted]))
  for (let tries = 0; byNode.size < 2 && tries < MORE; tries += 1) {
    const greeted = await visit.connect()
    visit.crowd = [...visit.crowd, greeted]
    byNode.set(greeted.greeting.nodeId, greeted)
  }
  return [...byNode.values()]
}

async function send (from: Greeted, others: readonly Greeted[], room: string): Promise<Finding> {
  const startedAt = performance.now()
  const [received] = await Promise.all([
    Promise.allSettled(others.map(async ({ line }) => (await delivery(line, room, 'nodes')).at - startedAt)),
    publish(from.line, room, { mark: 'nodes' })
  ])
  const missing = others.filter((_, index) => received[index]?.status === 'rejected').map(({ greeting }) => shown(greeting.nodeId))
  if (missing.length > 0) {
    return failed(`from node ${shown(from.greeting.nodeId)} nothing came to ${missing.join(', ')}`, 'These nodes are hubs of their own: give all of them the same REDIS_URL and REDIS_PREFIX.', { missing_nodes: missing })
  }
  const slowest = Math.max(...received.map((result) => result.status === 'fulfilled' ? result.value : 0))
  return ok(`from one node to ${others.length === 1 ? 'the other' : `the ${others.length} others`} in ${formatMs(slowest)}`, { delivery_ms: rounded(slowest) })
}
