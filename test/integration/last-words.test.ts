import t from 'tap'
import { connectAs, memberOf, startService } from '../helper.ts'

t.test('requests sent just before the own close are answered before it', async (t) => {
  const service = await startService(t, { WS_MESSAGE_RATE: '0' })
  const bob = await memberOf(t, service, 'bob', 'general')
  const ada = await memberOf(t, service, 'ada', 'general')
  for (let index = 0; index < 200; index += 1) ada.send({ type: 'publish', room: 'general', id: `p${index}`, payload: index })
  ada.socket.close(1000)
  t.equal((await ada.closed).code, 1000)
  t.same(ada.inbox.filter(({ type }) => type === 'ack').map(({ id }) => id), Array.from({ length: 200 }, (_, index) => `p${index}`))
  const heard = (await bob.drain()).filter(({ type }) => type === 'message').map(({ payload }) => payload)
  t.same(heard, Array.from({ length: 200 }, (_, index) => index))
})

t.test('what is above the rate is told so, also when it is too large or no envelope', async (t) => {
  const service = await startService(t, { WS_MESSAGE_RATE: '1', WS_MESSAGE_BURST: '2', WS_MAX_MESSAGE_SIZE: '1000' })
  const ada = await connectAs(t, service, 'ada')
  for (const text of ['bad', 'x'.repeat(1_001), 'bad', 'x'.repeat(1_001)]) ada.send(text)
  const codes = []
  while (codes.length < 4) {
    const { type, payload } = await ada.next()
    if (type === 'error') codes.push(payload['code'])
  }
  t.same(codes, ['INVALID_FORMAT', 'MESSAGE_TOO_LARGE', 'RATE_LIMIT', 'RATE_LIMIT'])
})
