import t from 'tap'
import { RefusedError, type Refusal } from '../../bench/load/load.ts'
import { explainFailure, problemsOf } from '../../src/cli/bench-advice.ts'
import { sampleReport } from '../bench/sample-report.ts'

const URL = 'ws://hub/ws'

function explain (refusal: Refusal): string {
  return explainFailure(new Error('connection 1 ended', { cause: new RefusedError('refused', refusal) }), URL).message
}

t.test('a run in which all went well has no problems', async (t) => {
  t.same(problemsOf(sampleReport()), [])
})

t.test('each problem of a run is a sentence', async (t) => {
  t.same(problemsOf(sampleReport({ expected: 100, lost: 1, outOfOrder: 2, strays: 3, refusals: { NOT_IN_ROOM: 4 } })), [
    '4 requests were refused with NOT_IN_ROOM',
    '1 of 100 copies were lost',
    '2 copies came twice or out of order',
    '3 copies came to somebody they were not for'
  ])
})

t.test('a run that sent nothing is no good run', async (t) => {
  t.match(problemsOf(sampleReport({ expected: 0 })), [/^nothing was sent: .*--rate/])
})

t.test('too many requests without a reason may be any limit at the door', async (t) => {
  const text = explain({ kind: 'handshake', code: '429', reason: 'Too Many Requests' })
  for (const setting of ['WS_HANDSHAKE_RATE', 'WS_MAX_CONNECTIONS_PER_IP', 'WS_MAX_CONNECTIONS_PER_USER']) t.match(text, setting)
})

t.test('a refusal that no setting explains is told as it is', async (t) => {
  t.equal(explain({ kind: 'connection', code: '1012', reason: 'service restart' }), `cannot load ${URL}: a connection was closed with 1012: service restart`)
  t.equal(explain({ kind: 'request', code: 'constructor', reason: '' }), `cannot load ${URL}: a request was refused with constructor`)
})

t.test('what a server writes cannot steer the terminal', async (t) => {
  t.notMatch(explain({ kind: 'connection', code: '4000', reason: '\x1b[2J' }), '\x1b')
  t.notMatch(problemsOf(sampleReport({ refusals: { '\x1b[2J': 1 } })).join(), '\x1b')
})

t.test('a lack of files or ports of the own machine is told as such', async (t) => {
  const lacking = (code: string) => explainFailure(new Error('ended', { cause: Object.assign(new Error(`connect ${code}`), { code }) }), URL).message
  t.match(lacking('EMFILE'), /^cannot load ws:\/\/hub\/ws: connect EMFILE; .*ulimit -n/)
  t.match(lacking('EADDRNOTAVAIL'), /no ports left/)
})
