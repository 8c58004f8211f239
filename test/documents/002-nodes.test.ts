import t from 'tap'
import { until } from '../helper.ts'
import { startNodes } from '../support/nodes.ts'
import { startProxy } from '../support/tcp-proxy.ts'
import { dialInto, type Greeted } from './clients/go-client.ts'
import { PUBSUB_SETTINGS, socketUrl, startPubsub } from './clients/start-pubsub.ts'

t.test('no sticky sessions are needed: behind a balancer that takes turns clients talk, leave and come back by any node (S2-66)', async (t) => {
  const { nodes } = await startNodes(t, PUBSUB_SETTINGS)
  const ports = nodes.map(({ address }) => Number(new URL(address).port))
  const balancer = await startProxy(t, ports[0] ?? 0)
  let turn = 0
  const enter = async (): Promise<Greeted> => {
    turn += 1
    balancer.moveTo(ports[turn % ports.length] ?? 0)
    return await dialInto(t, `ws://127.0.0.1:${balancer.port}/ws`, 'chat')
  }
  const clients = [await enter(), await enter(), await enter()]
  t.same(nodes.map(({ app }) => app.hub.size), [1, 1, 1])
  for (const round of [0, 1, 2, 3]) {
    const [speaker, ...listeners] = clients
    if (speaker === undefined) throw new Error('expected clients')
    speaker.client.write({ type: 'publish', room: 'chat', data: round })
    for (const { client } of listeners) t.match(await client.read(), { type: 'message', room: 'chat', data: round, client_id: speaker.clientId })
    // Each comes back by the node after the one that it had.
    await speaker.client.close()
    clients.shift()
    turn += 1
    clients.push(await enter())
  }
})

t.test('health says at every moment whether a node may be sent clients, and counts those of that node (S2-67)', async (t) => {
  const { nodes: [first, second] } = await startNodes(t, PUBSUB_SETTINGS)
  const { client } = await dialInto(t, socketUrl(first), 'chat')
  const health = async ({ address }: { address: string }): Promise<unknown> => await (await fetch(`${address}/health`)).json()
  t.match(await health(first), { status: 'healthy', clients: 1, rooms: 1 })
  t.match(await health(second), { status: 'healthy', clients: 0, rooms: 0 })
  const ended = client.ended()
  await first.app.drain.run()
  t.equal(await ended, 1012)
  t.match(await health(first), { status: 'unhealthy', clients: 0 })
  t.match(await health(second), { status: 'healthy' })
})

t.test('a shutdown drains: what was asked before is answered, everybody is closed with 1012, nobody is left (S2-68)', async (t) => {
  const { app, url } = await startPubsub(t)
  const clients = [await dialInto(t, url, 'chat'), await dialInto(t, url, 'chat')]
  const [ada, bob] = clients
  ada?.client.write({ type: 'publish', room: 'chat', data: 'last words' })
  t.match(await bob?.client.read(), { data: 'last words' })
  const ends = clients.map(({ client }) => client.ended())
  await app.close()
  t.same(await Promise.all(ends), [1012, 1012])
  await until(() => app.hub.size === 0)
})
