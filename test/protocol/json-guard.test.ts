import fc from 'fast-check'
import t from 'tap'
import { jsonProblem } from '../../src/protocol/json-guard.ts'

/** An envelope whose payload is nested so many levels deep. */
function envelope (levels: number, open: string, close: string): object {
  return JSON.parse(`{"type":"publish","payload":${open.repeat(levels)}1${close.repeat(levels)}}`)
}

t.test('a payload of 32 levels is let through, one of 33 is not', async (t) => {
  for (const [open, close] of [['[', ']'], ['{"a":', '}']] as const) {
    t.equal(jsonProblem(envelope(32, open, close)), undefined)
    t.match(jsonProblem(envelope(33, open, close)), /^\/payload\/.*: expected at most 32 levels of nesting$/)
  }
})

t.test('30,000 levels are found out in little time, and the text stays short', async (t) => {
  const deep = envelope(30_000, '[', ']')
  const startedAt = performance.now()
  const problem = jsonProblem(deep) ?? ''
  t.match(problem, /32 levels/)
  t.ok(problem.length < 150, problem)
  t.ok(performance.now() - startedAt < 1_000)
})

t.test('a __proto__ key is found at the top and at any depth, in whatever spelling', async (t) => {
  for (const text of ['{"__proto__":{}}', '{"\\u005f_proto__":1}', '{"a":{"b":[1,{"__proto__":null}]}}', '{"__\\u0070roto__":{"x":1}}']) {
    t.match(jsonProblem(JSON.parse(text)), /__proto__: expected no such key$/, text)
  }
})

t.test('a constructor with a prototype is found, one without is content', async (t) => {
  t.equal(jsonProblem(JSON.parse('{"payload":{"constructor":{"prototype":{"x":1}}}}')), '/payload/constructor: expected no such key')
  t.match(jsonProblem(JSON.parse('{"c\\u006fnstructor":{"protot\\u0079pe":1}}')), /constructor/)
  for (const text of ['{"constructor":"Foster"}', '{"constructor":{}}', '{"constructor":[]}', '{"prototype":{"constructor":1}}']) {
    t.equal(jsonProblem(JSON.parse(text)), undefined, text)
  }
})

t.test('the path of a problem is named', async (t) => {
  t.equal(jsonProblem(JSON.parse('{"payload":[{"a":{"__proto__":1}}]}')), '/payload/*/a/__proto__: expected no such key')
})

t.test('10,000 keys and 60,000 items are let through in little time', async (t) => {
  const startedAt = performance.now()
  t.equal(jsonProblem(Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`${n}`, {}]))), undefined)
  t.equal(jsonProblem(Array.from({ length: 60_000 }, () => [])), undefined)
  t.ok(performance.now() - startedAt < 1_000)
})

t.test('any JSON without those keys and with at most 32 levels is let through', async () => {
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 20 }), (payload) => {
    const text = JSON.stringify({ payload })
    return /__proto__|constructor/.test(text) || jsonProblem(JSON.parse(text)) === undefined
  }))
})

t.test('a __proto__ anywhere in any JSON is found', async () => {
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 5 }), fc.nat(), (value, seed) => {
    const places = [...JSON.stringify({ value }).matchAll(/{/g)].map(({ index }) => index)
    const place = places[seed % places.length] ?? 0
    const text = JSON.stringify({ value })
    const rest = text.slice(place + 1)
    const poisoned = `${text.slice(0, place + 1)}"__proto__":1${rest.startsWith('}') ? '' : ','}${rest}`
    if (!isJson(poisoned)) return true
    return jsonProblem(JSON.parse(poisoned)) !== undefined
  }))
})

/** A brace may stand in a string, where nothing can be put in. */
function isJson (text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
