import t from 'tap'
import { startService } from '../helper.ts'
import { doctor } from '../support/doctor.ts'
import { startNodes } from '../support/nodes.ts'
import { startQuirkyProxy } from '../support/quirky-proxy.ts'

t.test('nodes behind a balancer are listed, and messages get from one to all others', async (t) => {
  const { nodes } = await startNodes(t)
  const { code, checks, failed } = await doctor(await startQuirkyProxy(t, nodes))
  t.same([code, failed], [0, []])
  t.same(Object.keys(checks['nodes']?.data?.['nodes'] ?? {}).sort(), nodes.map(({ app }) => app.hub.nodeId).sort())
  t.match(checks['across nodes'], { status: 'ok', value: /^from one node to the 2 others in / })
  t.match(checks['resume'], { status: 'ok' })
})

t.test('nodes that are hubs of their own are told', async (t) => {
  const url = await startQuirkyProxy(t, [await startService(t), await startService(t)])
  const { code, checks } = await doctor(url, { sub: 'ada' }, ['--timeout', '1s'])
  t.equal(code, 1)
  t.match(checks['nodes']?.value, /came to 2 nodes/)
  t.match(checks['across nodes'], { status: 'failed', advice: /REDIS_URL/ })
})
