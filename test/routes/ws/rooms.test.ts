import t from 'tap'
import { connectAs, memberOf, startService } from '../../helper.ts'
import { getAsAdmin } from '../../support/admin.ts'
import { startTwoServices } from '../../support/linked-services.ts'

t.test('Rooms with anybody in them are listed by name, with those of all nodes', async (t) => {
  const [first, second] = await startTwoServices(t)
  t.strictSame((await getAsAdmin(first, '/ws/rooms')).body, { rooms: [], count: 0 })
  await memberOf(t, second, 'bob', 'north')
  const ada = await memberOf(t, first, 'ada', 'north')
  await ada.request({ type: 'subscribe', room: 'east' })
  const { status, body } = await getAsAdmin(first, '/ws/rooms')
  t.equal(status, 200)
  t.strictSame(body, { rooms: [{ room: 'east', users: 0, connections: 1 }, { room: 'north', users: 2, connections: 2 }], count: 2 })
})

t.test('A long list comes in pages, each from the name after the last', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  for (const room of ['c', 'a', 'ü/x', 'b', 'B']) await ada.request({ type: 'join_room', room })
  const pages: unknown[] = []
  for (let after: unknown; pages.length < 9;) {
    const { body } = await getAsAdmin(service, `/ws/rooms?limit=2${after === undefined ? '' : `&after=${encodeURIComponent(String(after))}`}`)
    t.equal(body['count'], 5)
    pages.push(Array.isArray(body['rooms']) ? body['rooms'].map(({ room }) => room) : body)
    after = body['next']
    if (after === undefined) break
  }
  t.strictSame(pages, [['B', 'a'], ['b', 'c'], ['ü/x']])
  t.match((await getAsAdmin(service, '/ws/rooms?after=bb')).body, { rooms: [{ room: 'c' }, { room: 'ü/x' }], next: undefined })
})

t.test('A page of no size, and a room that cannot be, are refused', async (t) => {
  const service = await startService(t)
  for (const limit of ['0', '1001', '-1', '1.5', '1e2', '0x10', 'x', '', '1&limit=2']) {
    const refused = { status: 400, body: { error: 'querystring/limit: expected a whole number from 1 to 1000', code: 'INVALID_PAYLOAD' } }
    t.match(await getAsAdmin(service, `/ws/rooms?limit=${limit}`), refused, limit)
  }
  t.match(await getAsAdmin(service, '/ws/rooms?after=%20a'), { status: 400, body: { code: 'INVALID_ROOM' } })
  t.match(await getAsAdmin(service, '/ws/rooms?after=a&after=b'), { status: 400, body: { code: 'INVALID_PAYLOAD' } })
})

t.test('While the relay cannot tell, this node says what it knows', async (t) => {
  const [first] = await startTwoServices(t)
  first.relay.isReachable = false
  for (const [path, body] of Object.entries({ '/ws/rooms': { rooms: [], count: 0 }, '/ws/rooms/north': { users: [], count: 0, epoch: undefined }, '/ws/users': { users: [], count: 0 } })) {
    t.match(await getAsAdmin(first, path), { status: 200, body }, path)
  }
  t.equal((await getAsAdmin(first, '/ws/users/ada')).status, 404)
})
