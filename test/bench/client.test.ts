import t from 'tap'
import { startBrowser } from '../../bench/client/browser.ts'
import { contenders } from '../../bench/client/contenders.ts'
import { startFirehose } from '../../bench/client/firehose.ts'
import { measureReceiving, measureSending } from '../../bench/client/measure.ts'
import type { Order } from '../../bench/client/page/wire.ts'
import { runClientBench } from '../../bench/client/run.ts'

/** Those that need no packages beside those of the tests. */
const OWN = [contenders.wshub, contenders['wshub-binary'], contenders.WebSocket]

t.test('a run measures each library at each task', async (t) => {
  const lines: string[] = []
  const { chromium, readings } = await runClientBench({ contenders: OWN, rounds: 1, messages: 500, onProgress: (line) => { lines.push(line) } })
  t.match(chromium, /^\d+\.\d+/)
  t.strictSame(readings.map(({ contender, task }) => `${contender} ${task}`), OWN.flatMap(({ name }) => ['receiving', 'sending 32', 'sending 1000'].map((task) => `${name} ${task}`)))
  t.ok(readings.every(({ figures }) => Object.values(figures).every((value) => Number.isFinite(value) && value > 0)))
  t.match(lines, { 0: /^round 1, wshub, receiving: [\d,]+ messages\/s$/, length: 9 })
})

t.test('what goes wrong in a page does not pass for a measurement', async (t) => {
  const firehose = await startFirehose('hello')
  t.teardown(() => firehose.close())
  const browser = await startBrowser(OWN)
  t.teardown(() => browser.close())
  const url = `ws://127.0.0.1:${firehose.port}`
  const receive = async (name: 'wshub' | 'wshub-binary' | 'WebSocket', order: Order) => await measureReceiving({ browser, contender: contenders[name], url }, order)
  await t.rejects(receive('wshub-binary', { messages: 500, skip: 300 }), { message: 'wshub-binary: received 499 of 500 messages, 1 of them not behind the one before' })

  await t.rejects(receive('wshub', { messages: 500, skip: 300 }), { message: 'wshub: received 499 of 500 messages, 1 of them not behind the one before' })
  await t.rejects(receive('WebSocket', { messages: 500, skip: 300 }), { message: 'WebSocket: received 499 of 500 messages, 1 of them not behind the one before' })
  await t.rejects(receive('WebSocket', { messages: 500, repeat: 300 }), { message: 'WebSocket: received 501 of 500 messages, 1 of them not behind the one before' })
  // The library itself drops what it has seen.
  await t.resolves(receive('wshub', { messages: 500, repeat: 300 }))

  firehose.close()
  await t.rejects(browser.run(contenders.wshub, 'nothing()', 10_000), /nothing is not a function/)
  await t.rejects(measureSending({ browser, contender: contenders.wshub, url }, { messages: 1, window: 1 }, 200), { message: 'the page was not done within 0.2 s' })
})
