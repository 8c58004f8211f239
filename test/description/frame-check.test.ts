import t from 'tap'
import { checkFrame, checkRequest } from '../support/frame-check.ts'

const timestamp = '2026-03-01T12:00:00.000Z'

t.test('a frame as described passes, whoever named its type', async () => {
  checkFrame({ type: 'pong', id: '1', payload: null, timestamp })
  checkFrame({ type: 'user.updated', payload: [1], timestamp, seq: 3, topic: 'user:ada' })
})

t.test('a field that is not described is named, however deep it is', async (t) => {
  t.throws(() => checkFrame({ type: 'pong', payload: null, timestamp, extra: 1 }), /at \/extra/)
  t.throws(() => checkFrame({ type: 'user.updated', payload: 1, timestamp, extra: 1 }), /at \/extra/)
  const place = { recovered: true, epoch: 'e', seq: 1 }
  checkFrame({ type: 'resumed', payload: { topics: { all: place } }, timestamp })
  t.throws(() => checkFrame({ type: 'resumed', payload: { topics: { all: { ...place, extra: 1 } } }, timestamp }), /at \/payload\/topics\/all\/extra/)
  const member = { id: 'ada', name: 'Ada', extra: 1 }
  t.throws(() => checkFrame({ type: 'online_users', room: 'x', payload: { room_id: 'x', users: [member], count: 1 }, timestamp }), /at \/payload\/users\/0\/extra/)
})

t.test('a missing field and a wrong one are named', async (t) => {
  t.throws(() => checkFrame({ type: 'pong', payload: null }), /at \/timestamp/)
  t.throws(() => checkFrame({ type: 'error', payload: { code: 'OTHER', message: '', severity: 'client' }, error: '', timestamp }), /at \/payload\/code/)
})

t.test('what is no envelope is refused', async (t) => {
  for (const frame of [null, [], 'text', {}, { type: 7 }]) t.throws(() => checkFrame(frame), /not an envelope/)
})

t.test('a request is checked as well, but may have further fields', async (t) => {
  checkRequest({ type: 'send_message', room: 'x', payload: { content: '', colour: 'red' } })
  t.throws(() => checkRequest({ type: 'send_message', room: 'x', payload: {} }), /at \/payload\/content/)
  t.throws(() => checkRequest({ type: 'send_message', payload: { content: '' } }), /at \/room/)
  t.throws(() => checkRequest({ type: 'location_update' }), /no such request/)
})
