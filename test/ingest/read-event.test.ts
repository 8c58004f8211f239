import t from 'tap'
import type { Reading } from '../../src/ingest/read-event.ts'
import { readEvent } from '../../src/ingest/read-event.ts'
import { parseSubjectMap } from '../../src/ingest/subject-map.ts'
import { jsonTextOf } from '../../src/json-text.ts'

const MAX_BYTES = 1_000

/** Reads an event by a map; the body as JSON, unless it is a text or bytes. */
function read (map: string, body: unknown, subject = 'a'): Reading {
  const parsed = parseSubjectMap(map)
  if ('expected' in parsed) throw new Error(parsed.expected)
  const bytes = body instanceof Uint8Array ? body : new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body))
  return readEvent({ subject, id: 'id-1', position: 'p', body: bytes, attempt: 1 }, { rules: parsed.rules, maxBytes: MAX_BYTES })
}

/** The topics of an event, or what is wrong with it. */
function topics (map: string, body: unknown): readonly string[] | string {
  const reading = read(map, body)
  if (reading.kind === 'message') return reading.message.topics
  return reading.kind === 'unfit' ? reading.reason : reading.kind
}

t.test('a proposal is for driver and passenger, a pickup as well (S1-57, S1-58)', async (t) => {
  const map = 'match.proposal -> users from driver_id, passenger_id; ride.pickup -> users from driver_id, passenger_id as pickup'
  for (const subject of ['match.proposal', 'ride.pickup']) {
    t.same(Reflect.get(read(map, { driver_id: 'd1', passenger_id: 7 }, subject), 'message').topics, ['user:d1', 'user:7'])
  }
})

t.test('the message: type, payload as it came, id', async (t) => {
  const body = { who: 'ada', n: 1.5, list: [null, 'ж😀'], deep: { x: true } }
  const [named, unnamed] = [read('a -> all as news', body), read('a.* -> all', body, 'a.b')]
  t.match(named, { kind: 'message', message: { topics: ['all'], event: { type: 'news', id: 'id-1' }, publisher: '' } })
  t.match(unnamed, { kind: 'message', message: { event: { type: 'a.b' } } })
  if (named.kind === 'message') t.same(JSON.parse(jsonTextOf(named.message.event.payload)), body)
})

t.test('names come from texts, whole numbers and lists of them, by dotted paths; each counts once', async (t) => {
  t.same(topics('a -> users from id', { id: 0 }), ['user:0'])
  t.same(topics('a -> users from id', { id: -5 }), ['user:-5'])
  t.same(topics('a -> users from ids', { ids: ['a', 2, 'a'] }), ['user:a', 'user:2'])
  t.same(topics('a -> users from ride.driver.id', { ride: { driver: { id: 'd' } } }), ['user:d'])
  t.same(topics('a -> users from x, y', { x: 'same', y: 'same' }), ['user:same'])
  t.same(topics('a -> roles ops + rooms lobby + users from id + roles from r', { id: 'u', r: 'driver' }), ['user:u', 'room:lobby', 'role:ops', 'role:driver'])
})

t.test('a field that is missing or of another kind says which', async (t) => {
  for (const value of [undefined, null, '', true, 1.5, 2 ** 53, {}, [null], [''], [['a']], ['a', {}]]) {
    t.equal(topics('a -> users from ok, who.id', { ok: 'x', who: { id: value } }), 'who.id: expected a text, a whole number, or a list of these', JSON.stringify(value))
  }
  t.match(topics('a -> users from who.id', { who: 'ada' }), /^who\.id: expected/)
  t.match(topics('a -> users from who.0', { who: ['ada'] }), /^who\.0: expected/)
  t.match(topics('a -> users from toString', {}), /^toString: expected/)
  t.match(topics('a -> users from constructor.name', {}), /expected/)
})

t.test('a room must have a name that rooms can have; a user need not be known', async (t) => {
  t.match(topics('a -> rooms from r', { r: 'a*' }), /^r: invalid room name: expected no control/)
  t.match(topics('a -> rooms from r', { r: ['fine', ' x'] }), /invalid room name/)
  t.same(topics('a -> users from u', { u: 'nobody knows' }), ['user:nobody knows'])
})

t.test('what is no JSON object is unfit', async (t) => {
  for (const body of ['', '{', 'null', '[]', '[{}]', '"x"', '1', '{"a":1}}', new Uint8Array([0x7b, 0xff, 0x7d]), new Uint8Array()]) {
    t.same(read('a -> all', body), { kind: 'unfit', reason: 'expected a JSON object' }, String(body))
  }
})

t.test('what is too large, too deep or has dangerous keys is unfit', async (t) => {
  t.same(read('a -> all', `{"x":"${'y'.repeat(MAX_BYTES)}"}`), { kind: 'unfit', reason: 'expected at most 1000 bytes, got 1008' })
  t.equal(read('a -> all', `{"x":"${'y'.repeat(MAX_BYTES - 8)}"}`).kind, 'message')
  t.match(read('a -> all', `{"x":${'['.repeat(40)}${']'.repeat(40)}}`), { kind: 'unfit', reason: /levels of nesting/ })
  t.match(read('a -> all', '{"x":{"__proto__":{}}}'), { kind: 'unfit', reason: /no such key/ })
  t.match(topics('a -> users from u', { u: Array.from({ length: 10_001 }, (_, index) => index) }), /expected at most 1000 bytes/)
})

t.test('with a wildcard the type comes from outside: it must be one that may be sent', async (t) => {
  t.match(read('> -> all', {}, 'ack'), { kind: 'unfit', reason: /none of the protocol's own/ })
  t.match(read('> -> all', {}, `x.${'y'.repeat(127)}`), { kind: 'unfit', reason: /up to 128 characters/ })
  t.equal(read('> -> all as news', {}, 'ack').kind, 'message')
})

t.test('without a subject nobody knows whom it is for', async (t) => {
  t.same(read('> -> all', {}, ''), { kind: 'unfit', reason: 'expected a subject' })
})

t.test('what no rule names, or what is for nobody, is ignored', async (t) => {
  t.same(read('a -> all', 'no JSON', 'b'), { kind: 'ignored' })
  t.same(topics('a -> users from ids', { ids: [] }), 'ignored')
  t.same(topics('a -> users from ids + roles ops', { ids: [] }), ['role:ops'])
})
