import t from 'tap'
import { Pacer } from '../../src/cli/pacer.ts'
import { memberOf, startService, tokenFor } from '../helper.ts'
import { cli } from '../support/cli-world.ts'

t.test('a long pipe is slowed down to what the service takes: nothing of it is refused', async (t) => {
  const service = await startService(t)
  const bob = await memberOf(t, service, 'bob', 'general')
  const lines = ['/join general', ...Array.from({ length: 130 }, (_, index) => `/say ${index}`)]
  const url = `${service.address.replace('http', 'ws')}/ws`
  const { code, stdout } = await cli(['client', '--url', url], { WSHUB_TOKEN: await tokenFor({ sub: 'ada' }) }, `${lines.join('\n')}\n`)
  t.equal(code, 0)
  t.notMatch(stdout, /RATE_LIMIT/)
  const heard = (await bob.drain()).filter(({ type }) => type === 'new_message').map(({ payload }) => payload['content'])
  t.same(heard, Array.from({ length: 130 }, (_, index) => String(index)))
})

t.test('a warning of the service holds the next line back', async (t) => {
  const pacer = new Pacer({ burst: 10, intervalMs: 0 })
  pacer.warn(30)
  const before = performance.now()
  await pacer.next()
  t.ok(performance.now() - before >= 29)
})
