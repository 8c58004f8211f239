import t from 'tap'
import { connectAs, startService } from '../helper.ts'

const builtIn = [
  'join_room', 'leave_room', 'send_message', 'typing', 'stop_typing', 'online_users', 'subscribe', 'unsubscribe', 'publish', 'broadcast', 'ping'
]

t.test('every request of the protocol is known (S0-06, S0-07, S0-08, S0-09, S0-10, S2-26, S2-27, S2-28, S2-30, S2-31)', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  for (const type of builtIn) {
    ada.send({ type })
    const frames = await ada.drain()
    t.notOk(frames.some(({ payload }) => payload?.['code'] === 'UNKNOWN_TYPE'), type)
  }
})

t.test('no other type is', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  for (const type of ['user_joined', 'pong', 'room_info', 'join', 'leave', 'auth']) {
    t.match(await ada.request({ type }), { payload: { code: 'UNKNOWN_TYPE' } })
  }
})
