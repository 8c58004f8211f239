import t from 'tap'
import { formatFrame } from '../../src/cli/format-frame.ts'

const timestamp = '2026-11-20T20:01:47.412Z'
const time = new Date(timestamp).toTimeString().slice(0, 8)
const format = (frame: object) => formatFrame({ timestamp, ...frame })
const ada = { id: 'ada', name: 'Ada' }

t.test('a message shows time, type, room, sender and text', async (t) => {
  const frame = { type: 'new_message', room: 'general', sender: ada, payload: { content: 'hello' } }
  t.equal(format(frame), `${time} new_message [general] Ada: hello`)
})

t.test('a message with more than a text shows all of it', async (t) => {
  const frame = { type: 'new_message', room: 'general', sender: ada, payload: { content: 'hello', reply_to: '1' } }
  t.equal(format(frame), `${time} new_message [general] Ada: {"content":"hello","reply_to":"1"}`)
})

t.test('a published payload shows as it is, whatever it is', async (t) => {
  const shown = [['text', 'text'], [{ content: 5 }, '{"content":5}'], [[1, 2], '[1,2]'], [7, '7'], [false, 'false']] as const
  for (const [payload, text] of shown) t.equal(format({ type: 'message', room: 'r', sender: ada, payload }), `${time} message [r] Ada: ${text}`)
})

t.test('an empty payload leaves nothing behind', async (t) => {
  t.equal(format({ type: 'ack', payload: {} }), `${time} ack`)
  t.equal(format({ type: 'pong', payload: null }), `${time} pong`)
})

t.test('an error shows its code and text', async (t) => {
  t.equal(format({ type: 'error', payload: { code: 'NOT_IN_ROOM', message: 'join first', severity: 'client' } }), `${time} error NOT_IN_ROOM: join first`)
})

t.test('those in a room show by their names', async (t) => {
  const payload = { room_id: 'r', users: [ada, { id: 'bob', name: 'Bob' }], count: 2 }
  t.equal(format({ type: 'room_info', room: 'r', payload }), `${time} room_info [r] 2 here: Ada, Bob`)
  t.equal(format({ type: 'online_users', room: 'r', payload }), `${time} online_users [r] 2 here: Ada, Bob`)
})

t.test('coming, going and typing show who it is', async (t) => {
  t.equal(format({ type: 'user_joined', room: 'r', sender: ada, payload: ada }), `${time} user_joined [r] Ada`)
  t.equal(format({ type: 'user_left', room: 'r', sender: ada, payload: ada }), `${time} user_left [r] Ada`)
  t.equal(format({ type: 'user_typing', room: 'r', sender: ada, payload: { is_typing: true } }), `${time} user_typing [r] Ada: is typing`)
  t.equal(format({ type: 'user_typing', room: 'r', sender: ada, payload: { is_typing: false } }), `${time} user_typing [r] Ada: stopped typing`)
})

t.test('what others wrote cannot steer the terminal or take a second line', async (t) => {
  const frame = { type: 'new_message', room: 'r\u001b', sender: { id: '1', name: 'A\u0007' }, payload: { content: 'a\nb\u001b[2J' } }
  t.equal(format(frame), `${time} new_message [r\\u001b] A\\u0007: a\\u000ab\\u001b[2J`)
})

t.test('a frame of another server without a time or of an odd type shows too', async (t) => {
  t.equal(formatFrame({ type: 'toString', payload: { a: 1 } }), '--:--:-- toString {"a":1}')
})
