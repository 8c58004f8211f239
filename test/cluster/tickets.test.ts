import t from 'tap'
import { connect, refusedHandshake } from '../client.ts'
import { postJson, until } from '../helper.ts'
import { startNodes, whenReady } from '../support/nodes.ts'
import { ticketFor } from '../support/tickets.ts'

t.test('A ticket of one node lets in on any other, with user and end of the token, and on one only', async (t) => {
  const { nodes: [first, second, third] } = await startNodes(t, { JWT_EXPIRY_NOTICE: '1h' })
  const exp = Math.floor(Date.now() / 1000) + 5
  const path = `/ws?ticket=${await ticketFor(first, { sub: 'ada', name: 'Ada', role: 'driver', exp })}`
  const ada = connect(t, second.address, { path })
  t.match((await ada.next('connected')).payload, { user_id: 'ada', name: 'Ada', role: 'driver', node_id: second.app.hub.nodeId })
  t.same((await ada.next('token_expiring')).payload, { expires_at: new Date(exp * 1000).toISOString() })
  for (const { address } of [first, second, third]) t.match(await refusedHandshake(t, address, { path }), { status: 401 })
  t.equal((await ada.closed).code, 1008)
  t.ok(Date.now() >= exp * 1000)
})

t.test('b14: Of 20 handshakes with one ticket at the same time, on three nodes, one gets in', async (t) => {
  const { nodes } = await startNodes(t)
  for (const round of [1, 2, 3]) {
    const path = `/ws?ticket=${await ticketFor(nodes[0], `user-${round}`)}`
    const clients = Array.from({ length: 20 }, (_, index) => connect(t, (nodes[index % 3] ?? nodes[0]).address, { path }))
    const results = await Promise.all(clients.map(({ socket }) => new Promise<string>((resolve) => {
      socket.once('open', () => resolve('in'))
      socket.once('unexpected-response', (_request, { statusCode }) => resolve(String(statusCode)))
    })))
    t.same(results.sort(), [...Array.from({ length: 19 }, () => '401'), 'in'])
    await Promise.all(clients.map(({ socket }) => socket.terminate()))
  }
  await until(() => nodes.every(({ app }) => app.hub.size === 0))
})

t.test('While Redis is away there are no tickets: 503, and as soon as it is back there are', async (t) => {
  const { redis, nodes } = await startNodes(t)
  const [first, second] = nodes
  const path = `/ws?ticket=${await ticketFor(first, 'ada')}`
  redis.freeze()
  t.match(await postJson(first, '/ws/ticket', {}, { sub: 'bob' }), { status: 503, body: { code: 'UNAVAILABLE' } })
  t.match(await refusedHandshake(t, second.address, { path }), { status: 503, body: { code: 'UNAVAILABLE' } })
  redis.thaw()
  await whenReady(nodes)
  t.equal((await connect(t, second.address, { path: `/ws?ticket=${await ticketFor(first, 'bob')}` }).next('connected')).payload['user_id'], 'bob')
})
