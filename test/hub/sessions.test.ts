import t from 'tap'
import { until } from '../helper.ts'
import { enter, startHub } from '../support/test-hub.ts'
import { connect } from '../client.ts'

t.test('the first frame says who and where one is (S2-32, S2-82, S3-23, S4-22)', async (t) => {
  const service = await startHub(t)
  await enter(t, service, 'bob')
  const ada = connect(t, service.address, { path: '/?user=ada&roles=admin,user' })
  t.match(await ada.next(), {
    type: 'connected',
    payload: {
      client_id: service.opened[1]?.id,
      user_id: 'ada',
      name: 'ada',
      role: 'admin',
      message: 'Connected to WebSocket server',
      online_count: 2,
      node_id: 'node-1',
      dialect: 'hub.v1',
      max_message_size: 65_536,
      ping_interval_ms: 54_000
    }
  })
})

t.test('only the new connection is greeted', async (t) => {
  const service = await startHub(t)
  const first = await enter(t, service, 'ada')
  await enter(t, service, 'ada')
  t.same(await first.drain(), [])
})

t.test('an arrival is logged with its id, name and the number of connections (S0-51)', async (t) => {
  const service = await startHub(t)
  await enter(t, service, 'ada')
  const line = service.lines.find(({ text }) => text === 'client connected')
  t.match(line, { level: 'info', fields: { client_id: service.opened[0]?.id, user_id: 'ada', name: 'ada', role: 'user', total_clients: 1 } })
})

t.test('an end is logged with its code and the number of those left (S0-53)', async (t) => {
  const service = await startHub(t)
  const ada = await enter(t, service, 'ada')
  await ada.close(1000)
  await until(() => service.hub.size === 0)
  const line = service.lines.find(({ text }) => text === 'client disconnected')
  t.match(line, { level: 'info', fields: { client_id: service.opened[0]?.id, user_id: 'ada', code: 1000, total_clients: 0 } })
})

for (const [code, isExpected] of [[1000, true], [1001, true], [1005, true], [1002, false], [1008, false], [1011, false], [3000, false], [4999, false]] as const) {
  t.test(`a close with ${code} is ${isExpected ? 'nothing to worry about' : 'warned of as unexpected'} (S0-41)`, async (t) => {
    const service = await startHub(t)
    const ada = await enter(t, service, 'ada')
    ada.socket.close(code === 1005 ? undefined : code)
    await until(() => service.hub.size === 0)
    t.equal(service.lines.some(({ level, text }) => level === 'warn' && text === 'unexpected close'), !isExpected)
  })
}

t.test('a connection that breaks off is warned of as unexpected (S0-41)', async (t) => {
  const service = await startHub(t)
  const ada = await enter(t, service, 'ada')
  ada.socket.terminate()
  await until(() => service.hub.size === 0)
  t.match(service.lines.find(({ text }) => text === 'unexpected close'), { level: 'warn', fields: { code: 1006 } })
})

t.test('an end that the server wanted is no warning', async (t) => {
  const service = await startHub(t)
  const ada = await enter(t, service, 'ada')
  service.opened[0]?.terminate('test')
  await ada.closed
  t.notOk(service.lines.some(({ level }) => level === 'warn'))
})

t.test('waiting for the last end takes no time when nobody is there', async (t) => {
  const service = await startHub(t)
  await service.sessions.whenEmpty()
  const ada = await enter(t, service, 'ada')
  const empty = service.sessions.whenEmpty()
  ada.socket.terminate()
  await empty
  t.equal(service.hub.size, 0)
})
