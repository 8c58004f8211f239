import t from 'tap'
import { formatTime, inspectToken } from '../../src/cli/doctor/token-facts.ts'
import { forge } from '../support/forge.ts'

const NOW_MS = Date.UTC(2026, 0, 1)
const NOW = NOW_MS / 1000
const inspect = (claims: object) => inspectToken(forge({ alg: 'HS256' }, claims), NOW_MS)

t.test('a sound token has an algorithm, an end and a user', async (t) => {
  t.match(inspect({ sub: 'ada', exp: NOW + 3_600 }), { status: 'ok', value: 'HS256, valid for 1 h 0 min' })
  t.match(inspect({ user_id: 7, exp: NOW + 90 * 86_400 }), { status: 'ok', value: 'HS256, valid for 90 days' })
})

t.test('what the service would refuse is told', async (t) => {
  t.match(inspect({ sub: 'ada', exp: NOW - 90 }), { status: 'failed', value: 'expired since 1 min' })
  t.match(inspect({ sub: 'ada', exp: NOW + 3_600, nbf: NOW + 45 }), { status: 'failed', value: 'not valid for another 45 s' })
  t.match(inspect({ sub: 'ada' }), { status: 'failed', value: 'without exp' })
  t.match(inspect({ sub: 'ada', exp: 'soon' }), { status: 'failed', value: 'without exp' })
  t.match(inspectToken('nonsense', NOW_MS), { status: 'failed', value: 'no JWT' })
})

t.test('what may be meant is a warning', async (t) => {
  t.match(inspect({ uid: 'ada', exp: NOW + 3_600 }), { status: 'warning', advice: /JWT_USER_CLAIM/ })
  t.match(inspect({ sub: 'ada', exp: NOW + 20 }), { status: 'warning', value: 'HS256, valid for 20 s' })
})

t.test('lengths of time are told in words', async (t) => {
  t.same([300, 59_400, 60_000, 5_400_000, 86_400_000 * 3.5].map(formatTime), ['1 s', '59 s', '1 min', '1 h 30 min', '3 days'])
})
