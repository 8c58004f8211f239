import { Type } from '@sinclair/typebox'
import t from 'tap'
import { HubError } from '../../src/errors.ts'
import type { TestClient } from '../client.ts'
import type { Teardown } from '../helper.ts'
import { enter, startHub, type TestHub } from '../support/test-hub.ts'

const options = { schema: Type.Unknown() }
const FAULT = { code: 'INTERNAL_ERROR', message: 'Internal server error', severity: 'server' }

/** A hub with one handler `act`, and a user who calls it. */
async function startWithHandler (t: Teardown, act: () => unknown): Promise<{ service: TestHub, ada: TestClient }> {
  const service = await startHub(t)
  service.hub.handle('act', options, act)
  return { service, ada: await enter(t, service, 'ada') }
}

const cases: Record<string, () => unknown> = {
  'that throws': () => { throw new Error('secret detail') },
  'that rejects': async () => { throw new Error('secret detail') },
  'that throws after a while': async () => { await new Promise((resolve) => { setImmediate(resolve) }); throw new Error('secret detail') },
  // eslint-disable-next-line no-throw-literal
  'with a thenable that rejects': () => ({ then: (_resolve: unknown, reject: (error: Error) => void) => reject(new Error('secret detail')) })
}

for (const [kind, act] of Object.entries(cases)) {
  t.test(`a handler ${kind} is answered with INTERNAL_ERROR, logged in full, and harms nothing (S1-62, S1-64, S1-66)`, async (t) => {
    const { service, ada } = await startWithHandler(t, act)
    const answer = await ada.request({ type: 'act' })
    t.same([answer.type, answer.payload, answer.error], ['error', FAULT, FAULT.message])
    const line = service.lines.find(({ text }) => text === 'WebSocket operation failed')
    t.match(line, { level: 'error', fields: { user_id: 'ada', error_code: 'INTERNAL_ERROR', err: { message: 'secret detail' } } })
    t.equal((await ada.request({ type: 'ping' })).type, 'pong')
  })
}
