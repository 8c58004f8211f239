import fc from 'fast-check'
import t from 'tap'
import { connectAs, startService } from '../helper.ts'

/** Every type that names a room. */
const types = ['join_room', 'leave_room', 'send_message', 'typing', 'stop_typing', 'online_users', 'subscribe', 'unsubscribe', 'publish', 'broadcast']

const good = ['a', '0', 'x'.repeat(128), '\u{1F600}'.repeat(64), 'two words', '../', 'a/b:c#d?', '\u05d0\u05d1\u05d2', '\u202eabc', 'caf\u00e9', '__proto__', 'constructor', 'null']
const bad = [
  'x'.repeat(129), '\u{1F600}'.repeat(64) + 'x', '\u0000', 'a\u0000b', 'a\r\nb', 'a\tb', '\u007f', '\u0085x', '*', 'chat:*', '{a}', '}', '\ud800', 'a\udc00b',
  'cafe\u0301', '\u212b', ' ', ' a', 'a ', '\u00a0a', 'a\u3000', '\ufeffa', 'a\u2028'
]

const NO_LIMITS = { WS_MESSAGE_RATE: '0', WS_MAX_ROOMS_PER_CLIENT: '0' }

t.test('names of 1 to 128 UTF-16 units are taken, whatever the script', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  for (const room of good) {
    const { type, payload } = await ada.request({ type: 'subscribe', room })
    t.strictSame([type, payload['room']], ['subscribed', room])
  }
  t.equal(service.app.hub.roomCount, good.length)
})

t.test('a11: other names are refused with a text that says what was expected', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  for (const [index, room] of bad.entries()) {
    for (const fields of [{ room }, { payload: { room_id: room } }]) {
      t.match(await ada.request({ type: 'join_room', ...fields }), {
        type: 'error', payload: { code: 'INVALID_ROOM', message: /^invalid room name: expected /, severity: 'client' }
      }, `bad name ${index}`)
    }
  }
  t.equal(service.app.hub.roomCount, 0)
})

t.test('every type that names a room checks it', async (t) => {
  const service = await startService(t, { WS_CLIENT_BROADCAST: 'all' })
  const ada = await connectAs(t, service, 'ada')
  for (const type of types) t.match(await ada.request({ type, room: '*', payload: { content: 'x' } }), { payload: { code: 'INVALID_ROOM' } }, type)
})

t.test('a11: of two spellings of one visible name only the composed one is a room', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  t.match(await ada.request({ type: 'subscribe', room: '\u00c5' }), { type: 'subscribed' })
  for (const twin of ['A\u030a', '\u212b']) t.match(await ada.request({ type: 'subscribe', room: twin }), { error: /NFC/ })
})

t.test('rooms whose names differ in one letter or its case are different rooms', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  const bob = await connectAs(t, service, 'bob')
  await ada.request({ type: 'subscribe', room: 'Chat' })
  await bob.request({ type: 'subscribe', room: 'chat' })
  await bob.request({ type: 'publish', room: 'chat', payload: 1 })
  t.strictSame(await ada.drain(), [])
})

t.test('a11: for any text the rule of the protocol decides', async (t) => {
  const service = await startService(t, NO_LIMITS)
  const ada = await connectAs(t, service, 'ada')
  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 140 }), fc.string({ unit: 'grapheme', maxLength: 8 }), fc.string({ maxLength: 130, minLength: 126 }))
  await fc.assert(fc.asyncProperty(text, async (room) => {
    const { type, payload } = await ada.request({ type: 'subscribe', room })
    const code = room === '' ? 'MISSING_ROOM' : 'INVALID_ROOM'
    return isRoomName(room) ? type === 'subscribed' : type === 'error' && payload['code'] === code
  }), { numRuns: 300 })
})

/** The rule once more, in other words than those of the server. */
function isRoomName (text: string): boolean {
  const points = [...text].map((letter) => letter.codePointAt(0) ?? 0)
  const isControl = (point: number) => point < 0x20 || (point >= 0x7f && point < 0xa0)
  const isSurrogate = (point: number) => point >= 0xd800 && point <= 0xdfff
  if (points.some((point) => isControl(point) || isSurrogate(point))) return false
  if (/[*{}]/.test(text) || /^\s|\s$/.test(text)) return false
  return text.length >= 1 && text.length <= 128 && text === text.normalize('NFC')
}
