import t from 'tap'
import { formatLoadReport, isLoadBound } from '../../bench/load/format-load-report.ts'
import { sampleReport, sampleServer } from './sample-report.ts'

t.test('a report is told in lines', async (t) => {
  const text = formatLoadReport(sampleReport())
  t.match(text, /^connections {7}1,000 in 1 room$/m)
  t.match(text, /^deliveries {8}1,498,500\/s, 1,500 messages\/s, over 5\.0 s$/m)
  t.match(text, /^latency {11}p50 5\.00 ms, p99 9\.00 ms, p99\.9 12 ms, max 20 ms$/m)
  t.match(text, /^CPU of the server {1}99 % of a core, 0\.60 µs per delivery$/m)
})

t.test('what was not measured is left out', async (t) => {
  const text = formatLoadReport(sampleReport({ server: undefined, latencyMs: undefined, handshakesPerSecond: undefined }))
  t.notMatch(text, /server|latency|handshakes|undefined|NaN/)
})

t.test('a rate limit that was met comes with a way out', async (t) => {
  t.match(formatLoadReport(sampleReport({ refusals: { RATE_LIMIT: 12 } })), /refused +12 × RATE_LIMIT \(.*WS_MESSAGE_RATE=0/)
})

t.test('the load is the limit when it is busy and the server is not', async (t) => {
  t.equal(isLoadBound(sampleReport({ loadCpuShare: 0.97 })), false, 'both are busy')
  const idler = { ...sampleReport().server, ...sampleServer(1), cpuShare: 0.6 } as ReturnType<typeof sampleServer>
  t.equal(isLoadBound(sampleReport({ loadCpuShare: 0.97, server: idler })), true)
  t.match(formatLoadReport(sampleReport({ loadCpuShare: 0.97, server: idler })), /The load itself was the limit/)
})
