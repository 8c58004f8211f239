import t from 'tap'
import { connect, type TestClient } from '../client.ts'
import { connectAs, getJson, memberOf, postJson, tokenFor, until, type TestService } from '../helper.ts'
import { startNodes } from '../support/nodes.ts'

const ADMIN = { sub: 'root', role: 'admin' }

async function adminGet (service: TestService, path: string) {
  return await getJson(service, path, { headers: { authorization: `Bearer ${await tokenFor(ADMIN)}` } })
}

t.test('members on three nodes talk as on one: each copy once, in order, not to the sender (S3-83, S4-01, S4-56)', async (t) => {
  const { nodes } = await startNodes(t)
  const [ada, bob, carl] = [await memberOf(t, nodes[0], 'ada', 'hall'), await memberOf(t, nodes[1], 'bob', 'hall'), await memberOf(t, nodes[2], 'carl', 'hall')]
  for (let index = 0; index < 20; index += 1) ada.send({ type: 'send_message', room: 'hall', id: `a${index}`, payload: { content: `${index}` } })
  for (let index = 0; index < 20; index += 1) bob.send({ type: 'publish', room: 'hall', id: `b${index}`, payload: index })
  const acks = await Promise.all(Array.from({ length: 20 }, () => ada.next('ack')))
  t.equal(new Set(acks.map(({ payload }) => payload['seq'])).size, 20)
  t.match(acks[0]?.payload, { seq: Number, epoch: String })
  for (let index = 0; index < 20; index += 1) {
    for (const client of [bob, carl]) t.match(await client.next('new_message'), { id: `a${index}`, room: 'hall', sender: { id: 'ada' }, payload: { content: `${index}` } })
    for (const client of [ada, carl]) t.match(await client.next('message'), { id: `b${index}`, payload: index, sender: { id: 'bob' } })
  }
  for (const client of [ada, bob, carl]) t.notOk((await client.drain()).some(({ type }) => type === 'message' || type === 'new_message'))
})

t.test('who is there is the same on every node, and each coming and going is told once', async (t) => {
  const { nodes } = await startNodes(t)
  const ada = await memberOf(t, nodes[0], 'ada', 'hall')
  const bob = await connectAs(t, nodes[1], 'bob')
  t.match((await bob.request({ type: 'join_room', room: 'hall' })).payload, { users: [{ id: 'ada' }, { id: 'bob' }], count: 2 })
  const bobAgain = await memberOf(t, nodes[2], 'bob', 'hall')
  const dora = await connectAs(t, nodes[2], 'dora')
  t.match((await dora.request({ type: 'online_users', room: 'hall' })).payload, { users: [{ id: 'ada' }, { id: 'bob' }], count: 2 })
  t.match((await dora.request({ type: 'subscribe', room: 'hall' })).payload, { client_count: 4 })
  await bob.request({ type: 'leave_room', room: 'hall' })
  await bobAgain.close(1000)
  t.match(await ada.next('user_left'), { payload: { id: 'bob' }, room: 'hall' })
  const told = (await ada.drain()).map(({ type }) => type)
  t.same(told, ['user_joined'])
  for (const { app } of nodes) t.match(await app.rooms.members('hall'), { users: [{ id: 'ada' }], count: 1 })
})

t.test('typing is seen on the other nodes', async (t) => {
  const { nodes } = await startNodes(t)
  const ada = await memberOf(t, nodes[0], 'ada', 'hall')
  const bob = await memberOf(t, nodes[1], 'bob', 'hall')
  ada.send({ type: 'typing', room: 'hall' })
  t.match(await bob.next('user_typing'), { payload: { is_typing: true }, sender: { id: 'ada' } })
})

t.test('a message sent right after the greeting reaches the client, wherever it was sent', async (t) => {
  const { nodes } = await startNodes(t)
  for (let index = 0; index < 20; index += 1) {
    const client = await connectAs(t, nodes[index % 2 === 0 ? 0 : 1], `u${index}`)
    t.match(await nodes[2].app.hub.toUser(`u${index}`, { type: 'note' }), { recipients: 1 })
    await client.next('note')
  }
})

t.test('a notification finds its users, roles and rooms on all nodes, once each, and says how many', async (t) => {
  const { nodes } = await startNodes(t)
  const ada = await memberOf(t, nodes[0], { sub: 'ada', role: 'driver' }, 'hall')
  const adaAgain = await connectAs(t, nodes[1], { sub: 'ada', role: 'driver' })
  const bob = await memberOf(t, nodes[2], 'bob', 'hall')
  const target = { users: ['ada'], rooms: ['hall'], roles: ['driver'] }
  t.match(await postJson(nodes[2], '/ws/broadcast', { type: 'note', payload: 1, target }, ADMIN), { status: 200, body: { recipients: 3, missing_nodes: undefined } })
  for (const client of [ada, adaAgain, bob]) {
    await client.next('note')
    t.notOk((await client.drain()).some(({ type }) => type === 'note'))
  }
  t.match(await postJson(nodes[1], '/ws/broadcast', { message: 'hello' }, ADMIN), { body: { recipients: 3, stats: { total_clients: 3, by_role: { driver: 2, user: 1 } } } })
  t.match(await postJson(nodes[0], '/ws/broadcast', { type: 'note', payload: 2, except: { users: ['ada'] } }, ADMIN), { body: { recipients: 1 } })
  const connections = [(await nodes[2].app.hub.onlineUsers()).length]
  t.same(connections, [2])
})

t.test('c19: a repeated publish is one message, on whichever node it is repeated', async (t) => {
  const { nodes } = await startNodes(t)
  const [ada, adaAgain, bob] = [await memberOf(t, nodes[0], 'ada', 'hall'), await memberOf(t, nodes[1], 'ada', 'hall'), await memberOf(t, nodes[2], 'bob', 'hall')]
  const message = { type: 'send_message', room: 'hall', id: 'once', payload: { content: 'hello' } }
  ada.send(message)
  const first = await ada.next('ack')
  adaAgain.send(message)
  t.match(await adaAgain.next('ack'), { payload: { ...first.payload, duplicate: true } })
  adaAgain.send({ ...message, payload: { content: 'other' } })
  t.match(await adaAgain.next('error'), { payload: { code: 'INVALID_PAYLOAD' } })
  t.equal((await bob.drain()).filter(({ type }) => type === 'new_message').length, 1)
  const body = { message: 'hello', id: 'alert' }
  const { body: { recipients, seq, epoch } } = await postJson(nodes[0], '/ws/broadcast', body, ADMIN)
  t.match(await postJson(nodes[1], '/ws/broadcast', body, ADMIN), { status: 200, body: { recipients, seq, epoch, duplicate: true } })
  t.match(await postJson(nodes[1], '/ws/broadcast', { ...body, message: 'other' }, ADMIN), { status: 400, body: { code: 'INVALID_PAYLOAD' } })
})

t.test('numbers for administrators are those of all nodes', async (t) => {
  const { nodes } = await startNodes(t)
  for (const [index, user] of ['ada', 'bob', 'ada'].entries()) await memberOf(t, nodes[index] ?? nodes[0], user, `room-${index % 2}`)
  for (const node of nodes) {
    t.match((await adminGet(node, '/ws/stats')).body, {
      total_clients: 3, online_users: 2, total_rooms: 2, by_role: { user: 3 }, nodes: { length: 3 }, missing_nodes: undefined
    })
    t.match((await getJson(node, '/ws/online')).body, { online: 2, connections: 3 })
    t.match((await adminGet(node, '/ws/rooms')).body, { rooms: [{ room: 'room-0', users: 1, connections: 2 }, { room: 'room-1', users: 1, connections: 1 }] })
    t.match((await adminGet(node, '/ws/users')).body, { users: [{ id: 'ada' }, { id: 'bob' }], count: 2 })
    t.match((await adminGet(node, '/ws/users/ada')).body, { id: 'ada', online: true, connections: { length: 2 } })
    t.match([await node.app.hub.isOnline('ada'), await node.app.hub.isOnline('zoe')], [true, false])
  }
  t.match((await adminGet(nodes[1], '/ws/stats?scope=node')).body, { total_clients: 1, nodes: { length: 1 } })
})

t.test('a room is full for all nodes together', async (t) => {
  const { nodes } = await startNodes(t, { WS_MAX_CONNECTIONS_PER_ROOM: '4' })
  const clients = await Promise.all(Array.from({ length: 9 }, (_, index) => connectAs(t, nodes[index % 3] ?? nodes[0], `u${index}`)))
  const answers = await Promise.all(clients.map((client) => client.request({ type: 'join_room', room: 'hall' })))
  t.equal(answers.filter(({ type }) => type === 'room_info').length, 4)
  t.equal(answers.filter(({ payload }) => payload['code'] === 'ROOM_FULL').length, 5)
})

t.test('a single session of a user ends on the other node when a new one begins', async (t) => {
  const { nodes } = await startNodes(t, { WS_MAX_CONNECTIONS_PER_USER: '1' })
  const first = await connectAs(t, nodes[0], 'ada')
  const second = await connectAs(t, nodes[1], 'ada')
  t.match(await first.closed, { code: 4009 })
  const third = await connectAs(t, nodes[2], 'ada')
  t.match(await second.closed, { code: 4009 })
  t.match((await third.drain()).length, 0)
})

t.test('where new sessions are refused, one that slipped in on another node at the same time goes again', async (t) => {
  const { nodes } = await startNodes(t, { WS_MAX_CONNECTIONS_PER_USER: '1', WS_USER_LIMIT_POLICY: 'reject' })
  const token = await tokenFor({ sub: 'ada' })
  const clients = nodes.map(({ address }) => connect(t, address, { token }))
  const codes: number[] = []
  for (const { closed } of clients) closed.then(({ code }) => codes.push(code))
  const isOpen = ({ socket }: TestClient) => socket.readyState === socket.OPEN
  await until(() => clients.filter(isOpen).length + codes.length === clients.length && codes.length >= 2)
  t.same(codes.filter((code) => code !== 4029 && code !== 1006), [], 'refused at the door, or closed behind it')
})

t.test('a user is put out and kept out on every node', async (t) => {
  const { nodes } = await startNodes(t)
  const clients = [await connectAs(t, nodes[0], 'ada'), await connectAs(t, nodes[1], 'ada'), await connectAs(t, nodes[2], 'bob')]
  t.match(await postJson(nodes[2], '/ws/users/ada/disconnect', { reason: 'spam', ban_for_s: 60 }, ADMIN), { status: 200, body: { success: true, closed: 2 } })
  for (const client of clients.slice(0, 2)) t.equal((await client.closed).code, 4003)
  for (const { address } of nodes) {
    const response = await fetch(`${address}/ws?token=${await tokenFor({ sub: 'ada' })}`, { headers: { upgrade: 'websocket' } }).catch(() => undefined)
    t.not(response?.status, 101)
    t.match(nodes.map(({ app }) => app.relay.port.bans.of('ada')?.reason), ['spam', 'spam', 'spam'])
  }
  const lifted = await getJson(nodes[1], '/ws/users/ada/ban', { method: 'DELETE', headers: { authorization: `Bearer ${await tokenFor(ADMIN)}` } })
  t.equal(lifted.status, 200)
  await until(() => nodes.every(({ app }) => app.relay.port.bans.of('ada') === undefined))
  await connectAs(t, nodes[0], 'ada')
})

t.test('the application moves a user in and out of a room on all nodes', async (t) => {
  const { nodes } = await startNodes(t)
  const clients = [await connectAs(t, nodes[0], 'ada'), await connectAs(t, nodes[1], 'ada')]
  t.equal(await nodes[2].app.rooms.join('hall', 'ada'), 2)
  for (const client of clients) t.match(await client.next('room_info'), { room: 'hall' })
  await nodes[2].app.rooms.leave('hall', 'ada')
  t.match(await nodes[2].app.rooms.members('hall'), { count: 0 })
})
