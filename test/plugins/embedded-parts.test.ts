import t from 'tap'
import type { HandleEvent, IngestSource, SourceStatus } from '../../src/index.ts'
import { connectAs, tokenFor } from '../helper.ts'
import { quick, startEmbedded } from '../support/embed.ts'
import { startReceiver, WEBHOOK_SECRET } from '../webhooks/receiver.ts'

/** A source that hands over what a test gives it. */
class HandSource implements IngestSource {
  handle: HandleEvent | undefined

  start (handle: HandleEvent): void {
    this.handle = handle
  }

  status (): SourceStatus {
    return { consuming: true }
  }

  async stop (): Promise<void> {}
}

t.test('Events of other systems reach the clients of an embedded hub', async (t) => {
  const source = new HandSource()
  const service = await startEmbedded(t, { ...quick, ingest: { source, subjects: 'order.paid -> users from user' } })
  const ada = await connectAs(t, service, 'ada')
  const body = new TextEncoder().encode('{"user":"ada","order":17}')
  t.same(await source.handle?.({ subject: 'order.paid', id: 'e1', position: '1', body, attempt: 1 }), { kind: 'done' })
  t.match(await ada.next('order.paid'), { payload: { order: 17 } })
})

t.test('An embedded hub tells who comes and goes', async (t) => {
  const receiver = await startReceiver(t)
  const webhooks = { url: receiver.url, secret: WEBHOOK_SECRET, timings: { pollMs: 5 } }
  const ada = await connectAs(t, await startEmbedded(t, { ...quick, webhooks }), 'ada')
  await ada.close()
  t.same(await receiver.hasHeard(2), ['connected ada', 'disconnected ada'])
})

t.test('An embedded hub shows its metrics to administrators, where it is asked to', async (t) => {
  const service = await startEmbedded(t, { ...quick, prefix: '/live', metrics: true, adminRoles: ['chief'] })
  const statusFor = async (role: string): Promise<number> => {
    const authorization = `Bearer ${await tokenFor({ sub: 'ada', role })}`
    return (await fetch(`${service.address}/live/metrics`, { headers: { authorization } })).status
  }
  t.same([await statusFor('chief'), await statusFor('admin')], [200, 403])
  t.equal((await fetch(`${(await startEmbedded(t)).address}/metrics`)).status, 404)
})
