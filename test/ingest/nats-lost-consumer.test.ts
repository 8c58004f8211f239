import t from 'tap'
import { until } from '../helper.ts'
import { startNats } from '../support/nats-server.ts'
import { Collector } from './collector.ts'
import { openSource, shortTimings } from './nats-bench.ts'

t.test('a consumer that vanishes is made anew and goes on behind what has a verdict; so is a stream, from its beginning', async (t) => {
  const nats = await startNats(t)
  const { source, lines } = openSource(t, nats)
  const collector = new Collector()
  const subjects = (): Set<string> => new Set(collector.events.map(({ subject }) => subject))
  source.start(collector.handle)
  await until(() => source.status().consuming)
  await nats.publish({ subject: 'ride.1', body: {} })
  await until(() => nats.isSettled())
  await nats.manage(async (manager) => {
    await manager.consumers.delete('EVENTS', 'wshub')
  })
  await nats.publish({ subject: 'ride.2', body: {} })
  await until(() => subjects().size === 2)
  await until(() => nats.isSettled())
  await nats.manage((manager) => manager.streams.delete('EVENTS'))
  await until(() => source.status().consuming && lines.filter(({ text }) => text === 'NATS stream made').length === 2)
  await nats.publish({ subject: 'ride.3', body: {} })
  await until(() => subjects().size === 3)
  t.same([...subjects()], ['ride.1', 'ride.2', 'ride.3'])
  t.equal(new Set(collector.events.map(({ id }) => id)).size, 3, 'numbers begin anew, ids do not')
})

t.test('a consumer that vanishes before it had anything for this node goes on from where it stood: what is old does not come', async (t) => {
  const nats = await startNats(t)
  await nats.manage((manager) => manager.streams.add({ name: 'EVENTS', subjects: ['ride.>'] }))
  await nats.publish({ subject: 'ride.old', body: {} })
  for (const newer of ['ride.1', 'ride.2']) {
    const { source } = openSource(t, nats)
    const collector = new Collector()
    source.start(collector.handle)
    await until(() => source.status().consuming)
    await nats.manage((manager) => manager.consumers.delete('EVENTS', 'wshub'))
    await nats.publish({ subject: newer, body: {} })
    await until(() => nats.isSettled())
    await source.stop()
    t.same(collector.events.map(({ subject }) => subject), [newer])
  }
})

t.test('what is to be tried again is not lost with the consumer', async (t) => {
  const nats = await startNats(t)
  const { source } = openSource(t, nats)
  let isAway = true
  const collector = new Collector(() => isAway ? { kind: 'retry', afterMs: 60_000 } : { kind: 'done' })
  source.start(collector.handle)
  await until(() => source.status().consuming)
  await nats.publish({ subject: 'ride.1', body: {} }, { subject: 'ride.2', body: {} })
  await until(() => collector.events.length === 2)
  isAway = false
  await nats.manage((manager) => manager.consumers.delete('EVENTS', 'wshub'))
  await until(() => collector.events.length === 4)
  await until(() => nats.isSettled())
  t.same(collector.events.map(({ subject }) => subject), ['ride.1', 'ride.2', 'ride.1', 'ride.2'])
})

t.test('what has a verdict on whatever node does not come again with a consumer that is made anew', async (t) => {
  const nats = await startNats(t)
  const { source } = openSource(t, nats)
  const collector = new Collector()
  source.start(collector.handle)
  await until(() => source.status().consuming)
  await nats.publish({ subject: 'ride.1', body: {} })
  await until(() => nats.isSettled())
  const begun = performance.now()
  await until(() => performance.now() - begun > 2 * shortTimings.pullMs)
  await nats.manage((manager) => manager.consumers.delete('EVENTS', 'wshub'))
  await nats.publish({ subject: 'ride.2', body: {} })
  await until(() => collector.events.some(({ subject }) => subject === 'ride.2'))
  t.same(collector.events.map(({ subject }) => subject), ['ride.1', 'ride.2'])
})
