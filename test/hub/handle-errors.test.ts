import { Type } from '@sinclair/typebox'
import t from 'tap'
import { HubError } from '../../src/errors.ts'
import type { Teardown } from '../helper.ts'
import { enter, startHub } from '../support/test-hub.ts'

const FAULT = { code: 'INTERNAL_ERROR', message: 'Internal server error', severity: 'server' }

/** A hub with one handler `act`, and a user who calls it. */
async function startWithHandler (t: Teardown, act: () => unknown) {
  const service = await startHub(t)
  service.hub.handle('act', { schema: Type.Unknown() }, act)
  return { ...service, ada: await enter(t, service, 'ada') }
}

const secret = new Error('secret detail')
const faulty: Record<string, () => unknown> = {
  'that throws': () => { throw secret },
  'that rejects': async () => { throw secret },
  'that rejects in a later turn': () => new Promise((_resolve, reject) => { setImmediate(() => reject(secret)) }),
  'with a thenable that rejects': () => ({ then: (_resolve: unknown, reject: (error: Error) => void) => { reject(secret) } })
}

for (const [kind, act] of Object.entries(faulty)) {
  t.test(`M5: a handler ${kind} is answered with INTERNAL_ERROR and harms nothing (S1-37, S1-62, S1-88)`, async (t) => {
    const { ada } = await startWithHandler(t, act)
    const answer = await ada.request({ type: 'act' })
    t.same([answer.type, answer.payload, answer.error], ['error', FAULT, FAULT.message])
    t.equal((await ada.request({ type: 'ping' })).type, 'pong')
  })

  t.test(`a fault of a handler ${kind} is logged in full (S1-64, S1-66)`, async (t) => {
    const { ada, lines } = await startWithHandler(t, act)
    await ada.request({ type: 'act' })
    const line = lines.find(({ text }) => text === 'WebSocket operation failed')
    t.match(line, { level: 'error', fields: { user_id: 'ada', error_code: 'INTERNAL_ERROR', message_type: 'act', err: secret } })
  })
}

t.test('M5: whatever a handler throws is answered', async (t) => {
  const thrown: unknown[] = ['text', undefined, null, 7, Symbol('s'), Object.create(null), { toString: () => { throw secret } }]
  const { ada } = await startWithHandler(t, () => { throw thrown.shift() })
  while (thrown.length > 0) t.same((await ada.request({ type: 'act' })).payload, FAULT)
})

t.test('a result that is no JSON is a fault of the handler', async (t) => {
  const circular: Record<string, unknown> = {}
  circular['self'] = circular
  const results: unknown[] = [circular, 1n, { toJSON: () => { throw secret } }]
  const { ada } = await startWithHandler(t, () => results.shift())
  while (results.length > 0) t.same((await ada.request({ type: 'act' })).payload, FAULT)
})

t.test('a HubError goes out with its code and text, and the connection stays (S1-36, S1-48, S1-61)', async (t) => {
  const { ada, lines } = await startWithHandler(t, () => { throw new HubError('VALIDATION_FAILED', 'match_id is required') })
  const { payload } = await ada.request({ type: 'act' })
  t.same(payload, { code: 'VALIDATION_FAILED', message: 'match_id is required', severity: 'client' })
  t.match(lines.find(({ text }) => text === 'WebSocket operation failed'), { level: 'info', fields: { reason: 'match_id is required' } })
})

t.test('a HubError of the security kind says no more than the fixed text (S1-35, S1-63)', async (t) => {
  const { ada } = await startWithHandler(t, async () => { throw new HubError('UNAUTHORIZED', 'key 7 is revoked') })
  t.same((await ada.request({ type: 'act' })).payload, { code: 'UNAUTHORIZED', message: 'Authentication required', severity: 'security' })
})
