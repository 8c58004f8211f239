import t from 'tap'
import { JsonText, jsonTextOf } from '../src/json-text.ts'

t.test('a text is passed on as it is, a value as its JSON', async (t) => {
  const text = '{ "a": 1.0, "b": 12345678901234567890 }'
  t.equal(jsonTextOf(new JsonText(text)), text)
  t.equal(jsonTextOf({ a: [1, 'x'] }), '{"a":[1,"x"]}')
  t.equal(jsonTextOf('"'), '"\\""')
})

t.test('what JSON has no text for becomes null', async (t) => {
  for (const value of [undefined, () => {}, Symbol('x'), null, NaN]) t.equal(jsonTextOf(value), 'null')
})

t.test('what JSON.stringify refuses is refused', async (t) => {
  const circle: Record<string, unknown> = {}
  circle['self'] = circle
  t.throws(() => jsonTextOf(circle), TypeError)
  t.throws(() => jsonTextOf(1n), TypeError)
})

t.test('within a larger value it stands for the value of its text', async (t) => {
  t.equal(JSON.stringify({ payload: new JsonText('{ "a": [ 1.0 ] }') }), '{"payload":{"a":[1]}}')
})

t.test('a value that is asked for twice is not shared', async (t) => {
  const json = new JsonText('{"a":[]}')
  t.same(json.toJSON(), { a: [] })
  t.not(json.toJSON(), json.toJSON())
})
