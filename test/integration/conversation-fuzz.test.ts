import fc from 'fast-check'
import t, { type Test } from 'tap'
import type { TestClient } from '../client.ts'
import { connectAs, memberOf, startService } from '../helper.ts'
import { answerProblem, answersTo, NO_LIMITS } from '../support/probe.ts'

const types = [
  'join_room', 'leave_room', 'send_message', 'typing', 'stop_typing', 'online_users', 'subscribe', 'unsubscribe', 'publish', 'broadcast', 'ping', 'x'
]

const anyText = fc.string({ unit: 'binary' })
const anyJson = fc.jsonValue({ stringUnit: 'binary' })
const room = fc.oneof(fc.constantFrom('general', 'other', '', '*'), anyText, anyJson)

/** A request that may be right in every field, or wrong in any. */
const envelope = fc.record({
  type: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...types) }, { weight: 1, arbitrary: anyJson }),
  id: fc.oneof(anyText, anyJson),
  room,
  payload: fc.oneof(fc.record({ room_id: room, content: anyText, reply_to: anyJson, is_typing: fc.oneof(fc.boolean(), anyJson) }, { requiredKeys: [] }), anyJson),
  data: anyJson,
  sender: anyJson,
  timestamp: anyJson
}, { requiredKeys: ['type'] })

/** A JSON text with one piece cut out and another put in. */
const mutated = fc.tuple(envelope, fc.nat(), fc.nat(8), fc.string({ maxLength: 4 })).map(([value, at, length, piece]) => {
  const text = JSON.stringify(value)
  const start = at % text.length
  return text.slice(0, start) + piece + text.slice(start + length)
})

t.test('any text is answered, never with INTERNAL_ERROR, and the connection lives', async (t) => {
  await fuzz(t, fc.oneof(fc.string({ unit: 'grapheme' }), fc.string()))
})

t.test('any JSON is answered, never with INTERNAL_ERROR, and the connection lives', async (t) => {
  await fuzz(t, fc.json({ stringUnit: 'binary' }))
})

t.test('any envelope is answered, never with INTERNAL_ERROR, and the connection lives', async (t) => {
  await fuzz(t, envelope.map((value) => JSON.stringify(value)))
})

t.test('any damaged envelope is answered, never with INTERNAL_ERROR, and the connection lives', async (t) => {
  await fuzz(t, mutated)
})

async function fuzz (t: Test, texts: fc.Arbitrary<string>): Promise<void> {
  const service = await startService(t, NO_LIMITS)
  const ada = await memberOf(t, service, 'ada', 'general')
  const bystander = await connectAs(t, service, 'bob')
  await fc.assert(fc.asyncProperty(texts, async (text) => await survives(ada, text)), { numRuns: 400 })
  t.match(await bystander.request({ type: 'ping' }), { type: 'pong' })
}

async function survives (client: TestClient, text: string): Promise<void> {
  const problem = answerProblem(text, await answersTo(client, text))
  if (problem !== undefined) throw new Error(problem)
}
