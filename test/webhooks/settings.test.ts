import t from 'tap'
import { loadConfig } from '../../config/load-config.ts'
import { WEBHOOK_EVENTS } from '../../src/webhooks/webhook-event.ts'
import { problemsOf } from '../config/problems-of.ts'
import { WEBHOOK_SECRET } from './receiver.ts'

const GIVEN = { WEBHOOK_URL: 'https://backend.example/hooks', WEBHOOK_SECRET }
const PRODUCTION = { NODE_ENV: 'production', JWT_SECRET: 'a secret of tests, more than 32 bytes long', ...GIVEN }

t.test('without an address nobody is told; with one, of everything', async (t) => {
  t.match(loadConfig({}).config, { webhookUrl: undefined, webhookSecret: undefined, webhookEvents: [...WEBHOOK_EVENTS] })
  t.match(loadConfig(GIVEN).config, { webhookUrl: GIVEN.WEBHOOK_URL, webhookSecret: WEBHOOK_SECRET })
  t.match(loadConfig({ ...GIVEN, WEBHOOK_EVENTS: 'joined, left' }).config, { webhookEvents: ['joined', 'left'] })
})

t.test('an address needs a secret', async (t) => {
  t.same(problemsOf({ WEBHOOK_URL: GIVEN.WEBHOOK_URL }), ['WEBHOOK_SECRET: expected a secret where WEBHOOK_URL is set, got none'])
  t.same(problemsOf({ WEBHOOK_SECRET }), [])
})

t.test('in production it is https, or on this machine', async (t) => {
  const problem = 'WEBHOOK_URL: expected https in production, or an address of this machine'
  t.same(problemsOf({ ...PRODUCTION, WEBHOOK_URL: 'http://backend:3000' }), [problem])
  t.same(problemsOf({ ...GIVEN, WEBHOOK_URL: 'http://backend:3000' }), [])
  for (const url of [GIVEN.WEBHOOK_URL, 'http://127.0.0.1:3000', 'http://localhost/', 'http://[::1]:1']) t.same(problemsOf({ ...PRODUCTION, WEBHOOK_URL: url }), [], url)
})

t.test('what is wrong refuses the start, and no message shows a secret', async (t) => {
  for (const url of ['ftp://u:canary@a', 'canary', 'http://u:canary%zz@a']) t.same(problemsOf({ ...GIVEN, WEBHOOK_URL: url }), ['WEBHOOK_URL: expected an http or https URL'], url)
  t.same(problemsOf({ ...GIVEN, WEBHOOK_SECRET: 'canary' }), ['WEBHOOK_SECRET: expected at least 32 bytes, got 6'])
  t.match(problemsOf({ ...GIVEN, WEBHOOK_SECRET: `whsec_canary canary canary canary ${'x'.repeat(30)}` }), [/^WEBHOOK_SECRET: expected base64 of at least 24 bytes behind whsec_$/])
  t.match(problemsOf({ ...GIVEN, WEBHOOK_EVENTS: 'joined,gone' }), [/^WEBHOOK_EVENTS: expected .*connected.*, got gone/])
})
