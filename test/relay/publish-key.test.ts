import t from 'tap'
import { JsonText } from '../../src/json-text.ts'
import { publishKey } from '../../src/relay/publish-key.ts'
import type { RelayMessage } from '../../src/relay/relay-message.ts'

const event = { type: 'news', id: 'i', room: 'a', payload: { a: 1 }, timestamp: '2026-01-01T00:00:00.000Z' }
const message: RelayMessage = { topics: ['room:a'], event, publisher: 'ada' }

t.test('only a message with an id by a known publisher has a key; a notice has none', async (t) => {
  const { id: _id, ...withoutId } = event
  const { publisher: _publisher, ...anonymous } = message
  t.equal(publishKey({ ...message, event: withoutId }), undefined)
  t.equal(publishKey(anonymous), undefined)
  t.equal(publishKey({ ...message, ephemeral: true }), undefined)
  t.ok(publishKey({ ...message, publisher: '' }), 'the application is a publisher')
})

t.test('the time of sending, the sender\'s name and that it is counted make no difference', async (t) => {
  const again = { ...message, counted: true, event: { ...event, timestamp: '2026-01-01T00:04:00.000Z', sender: { id: 'ada', name: 'Ada II' } } }
  t.same(publishKey(again), publishKey(message))
})

t.test('a payload is the same as a value and as the text of it', async (t) => {
  t.same(publishKey({ ...message, event: { ...event, payload: new JsonText('{"a":1}') } }), publishKey(message))
})

t.test('publisher, topic and id make the key, whatever characters are in them', async (t) => {
  const keyOf = (publisher: string, topic: string, id: string) => publishKey({ topics: [topic], publisher, event: { ...event, id } })?.key
  const keys = [
    keyOf('ada', 'room:a', 'i'), keyOf('bob', 'room:a', 'i'), keyOf('ada', 'room:b', 'i'), keyOf('ada', 'room:a', 'j'),
    keyOf('', 'room:a', 'i'), keyOf('ada\nroom:a', 'room:a', 'i'), keyOf('ada', 'room:a', 'room:a\ni'), keyOf('3:ada', 'room:a', 'i'), keyOf('ada\nroom:a\ni', '', '')
  ]
  t.equal(new Set(keys).size, keys.length)
})

t.test('of several topics the key is one, so that the same id for others is a conflict', async (t) => {
  const first = publishKey({ ...message, topics: ['room:a', 'room:b'] })
  const second = publishKey({ ...message, topics: ['room:a', 'room:c'] })
  t.equal(first?.key, second?.key)
  t.not(first?.fingerprint, second?.fingerprint)
})

t.test('every part of the content shows in the fingerprint', async (t) => {
  const others: RelayMessage[] = [
    { ...message, except: ['user:bob'] },
    ...[{ type: 'other' }, { room: 'b' }, { room: '' }, { payload: null }, { payload: { a: 2 } }, { payload: { a: '1' } }, { payload: [] }]
      .map((more) => ({ ...message, event: { ...event, ...more } }))
  ]
  const prints = [message, ...others].map((one) => publishKey(one)?.fingerprint)
  t.equal(new Set(prints).size, prints.length)
})

t.test('fingerprints of like contents do not meet', async (t) => {
  const prints = Array.from({ length: 20_000 }, (_, index) => publishKey({ ...message, event: { ...event, payload: index } })?.fingerprint)
  t.equal(new Set(prints).size, prints.length)
  for (const print of prints.slice(0, 100)) t.match(print, /^[0-9a-z]{1,11}$/, 'a word: it stands in Redis with a space behind it')
})
