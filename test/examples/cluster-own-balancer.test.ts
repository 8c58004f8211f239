import t, { type Test } from 'tap'
import { startOwnBalancer } from '../../examples/cluster/own-balancer.ts'
import type { Balancer } from '../../examples/cluster/balancer.ts'
import { connect } from '../client.ts'
import { connectAs, startService, until } from '../helper.ts'
import { ask, askTimes, startFakeInstance, type FakeInstance } from './cluster-parts.ts'

t.test('connections go to one instance after the other', async (t) => {
  const { balancer } = await balance(t, 'a', 'b', 'c')
  t.strictSame(await askTimes(7, balancer.address), ['a', 'b', 'c', 'a', 'b', 'c', 'a'])
})

t.test('an instance that is not ready gets nothing until it is, and its share is spread evenly', async (t) => {
  const { balancer, instances: [, b] } = await balance(t, 'a', 'b', 'c')
  await change(b, { isReady: false })
  const before = b?.requests
  const names = await askTimes(6, balancer.address)
  t.strictSame([...names].sort(), ['a', 'a', 'a', 'c', 'c', 'c'])
  t.equal(b?.requests, before)
  await change(b, { isReady: true })
  await until(async () => (await ask(balancer.address)).text === 'b')
})

t.test('an instance that has died is passed over at once', async (t) => {
  const { balancer, instances: [a] } = await balance(t, 'a', 'b')
  await a?.stop()
  t.strictSame(await askTimes(3, balancer.address), ['b', 'b', 'b'])
})

t.test('with nobody ready the answer is 503 with a hint', async (t) => {
  const { balancer, instances: [a] } = await balance(t, 'a')
  await a?.stop()
  const { status, text } = await ask(balancer.address)
  t.equal(status, 503)
  t.match(JSON.parse(text), { code: 'UNAVAILABLE' })
})

t.test('a WebSocket goes through it both ways, and its end too', async (t) => {
  const service = await startService(t)
  const { address } = await started(t, [service.address])
  const client = await connectAs(t, { address }, 'ada')
  t.match(await client.request({ type: 'join_room', room: 'general' }), { type: 'room_info', payload: { count: 1 } })
  t.match(await client.close(), { code: 1000 })
  await until(() => service.app.hub.size === 0)
})

t.test('a service that breaks a connection breaks it for the client, and the other way round', async (t) => {
  const service = await startService(t)
  const { address } = await started(t, [service.address])
  const [ada, bob] = [await connectAs(t, { address }, 'ada'), await connectAs(t, { address }, 'bob')]
  ada.socket.terminate()
  await until(() => service.app.hub.size === 1)
  await service.app.close()
  t.match(await bob.closed, { code: 1012 })
})

t.test('closed it takes nobody, and who is there stays; stopped it lets go of all', async (t) => {
  const service = await startService(t)
  const balancer = await started(t, [service.address])
  const ada = await connectAs(t, balancer, 'ada')
  balancer.close()
  t.match(await connect(t, balancer.address).closed, { code: 1006 })
  t.match(await ada.request({ type: 'ping' }), { type: 'pong' })
  await balancer.stop()
  t.match(await ada.closed, { code: 1006 })
})

t.test('a port that somebody has is refused', async (t) => {
  const { port } = new URL((await startFakeInstance(t, 'a')).address)
  await t.rejects(startOwnBalancer({ port: Number(port), targets: [] }), { code: 'EADDRINUSE' })
})

async function balance (t: Test, ...names: string[]): Promise<{ balancer: Balancer, instances: FakeInstance[] }> {
  const instances = await Promise.all(names.map((name) => startFakeInstance(t, name)))
  return { balancer: await started(t, instances.map(({ address }) => address)), instances }
}

async function started (t: Test, targets: readonly string[]): Promise<Balancer> {
  const balancer = await startOwnBalancer({ port: 0, targets })
  t.teardown(() => balancer.stop())
  return balancer
}

/** Changes an instance and waits until the balancer has asked it twice: then it has read the first answer. */
async function change (instance: FakeInstance | undefined, state: Partial<FakeInstance>): Promise<void> {
  if (instance === undefined) return
  Object.assign(instance, state)
  const { probes } = instance
  await until(() => instance.probes >= probes + 2)
}
