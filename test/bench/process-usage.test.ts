import t from 'tap'
import { parseBusySeconds } from '../../bench/load/machine-usage.ts'
import { parseCpuSeconds, parseRssKb, readUsage, readUsageOf, type ProcessUsage } from '../../bench/load/process-usage.ts'

t.test('CPU time is user and system time, whatever the program is called', async (t) => {
  const stat = '4242 (a) b (c d) S 1 4242 4242 0 -1 4194560 2200 0 0 0 150 75 9 9 20 0 11 0 5000 1000000 9000 18446744073709551615'
  t.equal(parseCpuSeconds(stat), 2.25)
})

t.test('memory is the resident part', async (t) => {
  t.equal(parseRssKb('Name:\tnode\nVmPeak:\t  900000 kB\nVmRSS:\t   51234 kB\nRssAnon:\t 40000 kB\n'), 51_234)
})

t.test('a process can read its own usage', async (t) => {
  const usage = readUsage(process.pid)
  t.ok(usage !== undefined && usage.cpuSeconds > 0 && usage.rssKb > 1_000)
})

t.test('a process that is gone has no usage', async (t) => {
  t.equal(readUsage(2 ** 30), undefined)
})

t.test('what several processes use is the sum, as long as all are there', async (t) => {
  const pids = [process.pid, process.ppid]
  const before = cpuSecondsOf(readUsageOf(pids))
  const sum = pids.reduce((seconds, pid) => seconds + cpuSecondsOf(readUsage(pid)), 0)
  const after = cpuSecondsOf(readUsageOf(pids))
  // Both processes go on working from one reading to the next.
  t.ok(before <= sum && sum <= after, `${before}, ${sum}, ${after}`)
  t.equal(readUsageOf([process.pid, 2 ** 30]), undefined)
})

t.test('a machine\'s busy time leaves out idling and counts no guest twice', async (t) => {
  t.equal(parseBusySeconds('cpu  100 10 50 9999 500 20 30 40 70 5\ncpu0 1 1 1 1 1 1 1 1 1 1\n'), 2.5)
})

function cpuSecondsOf (usage: ProcessUsage | undefined): number {
  return usage?.cpuSeconds ?? Number.NaN
}
