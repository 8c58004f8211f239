import t from 'tap'
import { loadConfig } from '../../config/load-config.ts'
import { problemsOf } from './problems-of.ts'

t.test('the pong wait is above the ping period (S2-65)', async (t) => {
  t.same(problemsOf({ WS_PONG_WAIT: '50s' }), ['WS_PONG_WAIT: expected a duration above WS_PING_PERIOD (54s), got 50s'])
  t.same(problemsOf({ WS_PING_PERIOD: '60s' }), ['WS_PONG_WAIT: expected a duration above WS_PING_PERIOD (1m), got 1m'])
  t.same(problemsOf({ WS_PING_PERIOD: '59999ms' }), [])
})

t.test('a wait that could not be read is not compared as well', async (t) => {
  t.equal(problemsOf({ WS_PONG_WAIT: '50' }).length, 1)
  t.equal(problemsOf({ WS_PING_PERIOD: 'often', WS_PONG_WAIT: '1s' }).length, 1)
})

t.test('numbers are kept no shorter than the messages that have them', async (t) => {
  const message = 'WS_POSITION_TTL: expected a duration not below'
  t.same(problemsOf({ WS_POSITION_TTL: '299s' }), [`${message} WS_HISTORY_TTL (5m), got 299s`])
  t.same(problemsOf({ WS_HISTORY_TTL: '25h' }), [`${message} WS_HISTORY_TTL (25h), got 24h`])
  t.same(problemsOf({ WS_HISTORY_RULES: 'all=5/24h,room:a*=5/25h' }), [`${message} the time of room:a* in WS_HISTORY_RULES (25h), got 24h`])
  t.same(problemsOf({ WS_POSITION_TTL: '5m' }), [])
})

t.test('the time of what is not kept does not count', async (t) => {
  t.same(problemsOf({ WS_POSITION_TTL: '1s', WS_HISTORY_SIZE: '0', WS_HISTORY_RULES: 'room:a=0/24h' }), [])
})

t.test('times of a history that could not be read are not compared as well', async (t) => {
  t.equal(problemsOf({ WS_POSITION_TTL: '1s', WS_HISTORY_TTL: '300' }).length, 1)
  t.equal(problemsOf({ WS_POSITION_TTL: 'long', WS_HISTORY_TTL: '25h', WS_HISTORY_RULES: 'all=5/48h' }).length, 1)
  t.equal(problemsOf({ WS_HISTORY_RULES: 'all=5/48h,room=0' }).length, 1)
})

t.test('an unset burst grows with the rate', async (t) => {
  t.equal(loadConfig({ WS_MESSAGE_RATE: '200' }).config.messageBurst, 200)
  t.equal(loadConfig({ WS_MESSAGE_RATE: '0' }).config.messageBurst, 100)
})

t.test('a burst that is set counts as it is', async (t) => {
  t.equal(loadConfig({ WS_MESSAGE_RATE: '200', WS_MESSAGE_BURST: '5' }).config.messageBurst, 5)
})

t.test('buffer sizes are accepted and said to be advisory (S0-37, S1-72, S1-73, S2-16, S2-17)', async (t) => {
  const { config, warnings } = loadConfig({ WS_READ_BUFFER_SIZE: '1024', WEBSOCKET_WRITE_BUFFER_SIZE: '2048' })
  t.match(config, { readBufferSizeBytes: 1024, writeBufferSizeBytes: 2048 })
  t.match(warnings, [/^WS_READ_BUFFER_SIZE: accepted, but only advisory/, /^WS_WRITE_BUFFER_SIZE: accepted, but only advisory/])
})
