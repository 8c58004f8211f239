import t, { type Test } from 'tap'
import type { TestClient } from '../client.ts'
import { connectAs, memberOf, startService } from '../helper.ts'
import { answerProblem, answersTo, NO_LIMITS } from '../support/probe.ts'

const types = [
  'join_room', 'send_message', 'typing', 'stop_typing', 'online_users', 'subscribe', 'unsubscribe', 'publish', 'broadcast', 'ping', 'leave_room',
  'history', 'resume', 'refresh_token', 'nothing'
]

/** One of each JSON type, and the edges of some. */
const values = [null, true, false, 0, -1, 1.5, 1e300, '', 'x', 'x'.repeat(129), [], [1, 'a'], {}, { room_id: 5 }, { id: 'a', name: 'b' }]

const envelopeFields = ['type', 'id', 'room', 'payload', 'data', 'sender', 'timestamp', 'seq', 'topic', 'error', 'toString', 'constructor']
const payloadFields = ['room_id', 'content', 'reply_to', 'is_typing', 'since', 'before', 'limit', 'topics', 'token', 'name', 'hasOwnProperty']

/** Fields of objects within a payload; `undefined` leaves the field out. */
const innerFields: ReadonlyArray<(value: unknown) => object> = [
  (epoch) => ({ since: { epoch, seq: 0 } }),
  (seq) => ({ since: { epoch: 'e', seq } }),
  (extra) => ({ since: { epoch: 'e', seq: 0, extra } }),
  (topic) => ({ topics: { 'room:general': topic } }),
  (epoch) => ({ topics: { 'room:general': { epoch, seq: 0 } } }),
  (seq) => ({ topics: { 'room:general': { epoch: 'e', seq } } }),
  (member) => ({ topics: { 'room:general': { epoch: 'e', seq: 0, member } } })
]

/** A request that every type takes. */
function valid (type: string): Record<string, unknown> {
  return { type, id: 'x', room: 'general', payload: { content: 'x', room_id: 'general' } }
}

/** Sends texts one after the other, each with its answers before the next. */
async function probe (t: Test, client: TestClient, texts: readonly string[]): Promise<void> {
  const problems = []
  for (const text of texts) {
    const problem = answerProblem(text, await answersTo(client, text))
    if (problem !== undefined) problems.push(problem)
  }
  t.strictSame(problems, [])
  t.equal(client.socket.readyState, client.socket.OPEN)
}

for (const type of types) {
  t.test(`a7: ${type}: no field of any JSON type, no missing one and no further one leads to INTERNAL_ERROR or the end of the connection (S0-119)`, async (t) => {
    const service = await startService(t, NO_LIMITS)
    const ada = await memberOf(t, service, 'ada', 'general')
    const bystander = await connectAs(t, service, 'bob')
    await probe(t, ada, textsFor(type))
    t.match(await bystander.request({ type: 'ping' }), { type: 'pong' })
  })
}

function textsFor (type: string): string[] {
  const inEnvelope = envelopeFields.flatMap((field) => [undefined, ...values].map((value) => ({ ...valid(type), [field]: value })))
  const inPayload = payloadFields.flatMap((field) => [undefined, ...values].map((value) => (
    { ...valid(type), payload: { content: 'x', room_id: 'general', [field]: value } }
  )))
  const within = innerFields.flatMap((fieldsOf) => [undefined, ...values].map((value) => ({ ...valid(type), payload: { content: 'x', room_id: 'general', ...fieldsOf(value) } })))
  // An id is a key: the second message with the same one would not be looked into.
  return [...inEnvelope, ...inPayload, ...within].map((envelope, index) => JSON.stringify('id' in envelope && envelope.id === 'x' ? { ...envelope, id: `x${index}` } : envelope))
}
