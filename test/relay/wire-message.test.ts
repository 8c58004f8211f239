import t from 'tap'
import { JsonText } from '../../src/json-text.ts'
import { decodeMessage, encodeMessage, type CountRequest, type WireParts } from '../../src/relay/redis/wire-message.ts'
import type { NumberedMessage, RelayMessage } from '../../src/relay/relay-message.ts'

const event = { type: 'news', id: 'i', room: 'a', payload: { deep: [[null, 1.5, 'ж€😀\u2028"\\\n', {}]] }, sender: { id: '1', name: 'A\nda' }, timestamp: '2026-01-01T00:00:00.000Z' }

/** The message as a channel hands it over. */
function frameOf (positions: string, { routing, content }: WireParts): string {
  return `${positions}\n${routing}\n${content}`
}

/** A message that went over the channel of a topic, its payload read. */
function carried (message: RelayMessage, { positions = '0', topic = message.topics[0], count = undefined as CountRequest | undefined } = {}) {
  const read = decodeMessage(frameOf(positions, encodeMessage(message, count)), topic)
  return read && { ...read, message: valued(read.message) }
}

function valued (message: NumberedMessage): NumberedMessage {
  return { ...message, event: { ...message.event, payload: (message.event.payload as JsonText).toJSON() } }
}

t.test('a message comes out as it went in', async (t) => {
  t.same(carried({ topics: ['room:a'], event }, { positions: '0:e1:7' }), {
    message: { topics: ['room:a'], event, carries: [0], positions: [{ epoch: 'e1', seq: 7 }] }, count: undefined
  })
  t.match(carried({ topics: ['room:a'], event, except: ['connection:1', 'user:ж\n'] }), { message: { except: ['connection:1', 'user:ж\n'] } })
  t.match(carried({ topics: ['members:a'], event, ephemeral: true }), { message: { ephemeral: true, positions: [undefined] } })
  t.match(carried({ topics: ['room:a'], event }, { count: { lease: 'node/1', number: 12 } }), { count: { lease: 'node/1', number: 12 } })
})

t.test('who published it, and that it is counted, is nobody else\'s business', async (t) => {
  const { routing, content } = encodeMessage({ topics: ['room:a'], event, publisher: 'canary', counted: true })
  t.notOk(`${routing}${content}`.includes('canary'))
  t.equal(routing, '{}')
})

t.test('a payload is carried as the text it is, and none as null', async (t) => {
  const text = '{ "a" :\n 1.0, "a": 12345678901234567890 }'
  const read = decodeMessage(frameOf('0', encodeMessage({ topics: ['all'], event: { ...event, payload: new JsonText(text) } })), 'all')
  t.equal((read?.message.event.payload as JsonText).text, text)
  t.equal(carried({ topics: ['all'], event: { ...event, payload: undefined } })?.message.event.payload, null)
})

t.test('of several topics a copy says which it is for, with their numbers', async (t) => {
  const topics = ['user:a', 'connection:1', 'room:b']
  t.match(carried({ topics, event }, { positions: '2:e2:9', topic: 'room:b' })?.message, { topics, carries: [2], positions: [undefined, undefined, { epoch: 'e2', seq: 9 }] })
  const shared = carried({ topics, event }, { positions: '0:e1:3,1,2:e2:9', topic: '' })
  t.match(shared?.message, { topics, carries: [0, 1, 2] })
  t.same(shared?.message.positions, [{ epoch: 'e1', seq: 3 }, undefined, { epoch: 'e2', seq: 9 }])
})

t.test('with more than 16 topics, what is kept names none but its own, and all who are left out', async (t) => {
  const users = (count: number) => Array.from({ length: count }, (_, index) => `user:${index}`)
  t.equal(encodeMessage({ topics: users(16), event }).kept, undefined)
  t.equal(encodeMessage({ topics: users(17), event }).kept, '{}')
  const { kept = '', content } = encodeMessage({ topics: users(17), except: ['user:3', 'connection:1'], event }, { lease: 'node/1', number: 12 })
  t.match(decodeMessage(frameOf('0:e1:7', { routing: kept, content }), 'user:9'), {
    message: { topics: ['user:9'], except: ['user:3', 'connection:1'], carries: [0], positions: [{ epoch: 'e1', seq: 7 }], event: { type: 'news', id: 'i' } },
    count: undefined
  })
})

t.test('a single connection is named in the message: its channel is that of all nodes, and stands for no topic', async (t) => {
  const parts = encodeMessage({ topics: ['connection:7'], event })
  t.match(decodeMessage(frameOf('0', parts), undefined), { message: { topics: ['connection:7'] } })
})

t.test('what cannot be read is no message', async (t) => {
  const { routing, content } = encodeMessage({ topics: ['room:a'], event })
  const [head = '', payload = ''] = content.split('\n')
  const broken = {
    empty: '',
    'only positions': '0:e:1',
    'no head': `0\n${routing}`,
    'no payload': `0\n${routing}\n${head}`,
    'routing is no JSON': `0\n{\n${content}`,
    'routing is no object': `0\n[]\n${content}`,
    'head is no JSON': `0\n${routing}\n{\n${payload}`,
    'head is null': `0\n${routing}\nnull\n${payload}`,
    'head without a type': `0\n${routing}\n{"timestamp":"2026"}\n${payload}`,
    'head without a time': `0\n${routing}\n{"type":"news"}\n${payload}`
  }
  for (const [name, text] of Object.entries(broken)) t.equal(decodeMessage(text, 'room:a'), undefined, name)
})

t.test('f6: routing of a later release is read as far as it is known', async (t) => {
  const { content } = encodeMessage({ topics: ['room:a'], event })
  const read = decodeMessage(`0\n{"z":{"new":1},"t":"not a list","x":[1],"n":["lease"]}\n${content}`, 'room:a')
  t.match(read, { message: { topics: ['room:a'], except: undefined }, count: undefined })
})
