import Fastify from 'fastify'
import t from 'tap'
import loopDelay from '../../plugins/loop-delay.ts'
import { until, type Teardown } from '../helper.ts'

async function appWith (t: Teardown, options: { stalledAboveMs?: number }) {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(loopDelay, options)
  await app.ready()
  return app
}

t.test('A loop that is usually later than the bound is stalled', async (t) => {
  const { loopDelay } = await appWith(t, { stalledAboveMs: 0 })
  await until(() => loopDelay.isStalled())
  t.pass('it was noticed')
})

t.test('A loop that keeps up is not stalled, and one long turn does not make it so', async (t) => {
  const { loopDelay } = await appWith(t, { stalledAboveMs: 200 })
  const busyUntil = performance.now() + 300
  while (performance.now() < busyUntil);
  const samples = await appWith(t, { stalledAboveMs: 0 })
  await until(() => samples.loopDelay.isStalled())
  t.equal(loopDelay.isStalled(), false)
})
