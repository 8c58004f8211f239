import { AckPolicy, StorageType, type ConsumerConfig } from '@nats-io/jetstream'
import t from 'tap'
import { ingestContract } from '../contracts/ingest-contract.ts'
import { until } from '../helper.ts'
import { startNats } from '../support/nats-server.ts'
import { Collector } from './collector.ts'
import { natsBench, openSource } from './nats-bench.ts'

t.test('over a NATS server', async (t) => {
  ingestContract(t, natsBench)
})

t.test('a stream that is missing is made for the subjects, on disk, for a day; the consumer is durable', async (t) => {
  const nats = await startNats(t)
  const { source } = openSource(t, nats, { subjects: ['ride.*', 'ride.pickup', 'match.proposal'] })
  source.start(new Collector().handle)
  await until(() => source.status().consuming)
  const { config } = await nats.manage((manager) => manager.streams.info('EVENTS'))
  t.match(config, { subjects: ['ride.*', 'match.proposal'], storage: StorageType.File, max_age: 86_400_000_000_000 })
  t.match((await nats.consumer())?.config, { durable_name: 'wshub', ack_policy: AckPolicy.Explicit, max_deliver: -1, max_ack_pending: 20, ack_wait: 1_000_000_000 })
})

t.test('a stream that was there is left as it is: its old events are nobody\'s business, and what it does not take is said', async (t) => {
  const nats = await startNats(t)
  await nats.manage((manager) => manager.streams.add({ name: 'EVENTS', subjects: ['ride.>', 'other'] }))
  await nats.publish({ subject: 'ride.old', body: {} })
  const { source, lines } = openSource(t, nats, { subjects: ['ride.>', 'match.proposal'] })
  const collector = new Collector()
  source.start(collector.handle)
  await until(() => source.status().consuming)
  await nats.publish({ subject: 'ride.new', body: {} })
  await until(() => nats.isSettled())
  t.same(collector.events.map(({ subject }) => subject), ['ride.new'])
  t.same((await nats.manage((manager) => manager.streams.info('EVENTS'))).config.subjects, ['ride.>', 'other'])
  t.same(lines.filter(({ level, fields }) => level === 'warn' && fields['product'] === undefined).map(({ fields }) => fields['subjects']), [['match.proposal']])
})

t.test('when the map changes, its own stream and the filter of the consumer follow; nothing comes twice', async (t) => {
  const nats = await startNats(t)
  const maps = [['ride.a'], ['ride.a', 'match.b'], ['match.b'], ['ride.>']]
  const seen: string[][] = []
  const filters: Array<Pick<ConsumerConfig, 'filter_subject' | 'filter_subjects'>> = []
  for (const subjects of maps) {
    const { source } = openSource(t, nats, { subjects })
    const collector = new Collector()
    source.start(collector.handle)
    await until(() => source.status().consuming)
    for (const subject of subjects.map((subject) => subject.replace('>', 'x'))) await nats.publish({ subject, body: {} })
    await until(() => nats.isSettled())
    await source.stop()
    seen.push(collector.events.map(({ subject }) => subject))
    const { filter_subject: one, filter_subjects: many } = (await nats.consumer())?.config ?? {}
    filters.push({ ...(one !== undefined && { filter_subject: one }), ...(many !== undefined && { filter_subjects: many }) })
  }
  t.same(seen, [['ride.a'], ['ride.a', 'match.b'], ['match.b'], ['ride.x']])
  t.same(filters[0], { filter_subject: 'ride.a' })
  // Before version 2.10 the server is trusted with one plain subject only.
  t.ok([undefined, 'ride.a,match.b'].includes(filters[1]?.filter_subjects?.join()))
  t.equal(filters[1]?.filter_subject, undefined)
  t.same(filters[2], { filter_subject: 'match.b' })
  t.ok([undefined, 'ride.>'].includes(filters[3]?.filter_subject))
})

t.test('a node that stops has given its verdict on all that was on its way to it', async (t) => {
  const nats = await startNats(t)
  const { source } = openSource(t, nats, { timings: { ackWaitMs: 60_000, maxAckPending: 500, batch: 200 } })
  const collector = new Collector()
  source.start(collector.handle)
  await until(() => source.status().consuming)
  const publishing = nats.publish(...Array.from({ length: 1_000 }, (_, n) => ({ subject: 'ride.1', body: { n } })))
  await until(() => collector.events.length > 50)
  await source.stop()
  await publishing
  t.match(await nats.consumer(), { num_ack_pending: 0 })
})

t.test('several nodes may begin at the same moment', async (t) => {
  const nats = await startNats(t)
  const nodes = Array.from({ length: 4 }, () => ({ ...openSource(t, nats), collector: new Collector() }))
  for (const { source, collector } of nodes) source.start(collector.handle)
  await until(() => nodes.every(({ source }) => source.status().consuming))
  await nats.publish(...Array.from({ length: 20 }, (_, index) => ({ subject: 'ride.x', body: index })))
  await until(() => nats.isSettled())
  t.equal(nodes.flatMap(({ collector }) => collector.events).length, 20)
})

t.test('a consumer of another kind is not touched; the log says once what is wrong', async (t) => {
  const nats = await startNats(t)
  await nats.manage(async (manager) => {
    await manager.streams.add({ name: 'EVENTS', subjects: ['ride.>'] })
    await manager.consumers.add('EVENTS', { durable_name: 'wshub', ack_policy: AckPolicy.Explicit, deliver_subject: 'elsewhere' })
  })
  const { source, lines } = openSource(t, nats)
  source.start(new Collector().handle)
  await until(() => source.status().problem?.includes('another kind') === true)
  t.equal((await nats.consumer())?.config.deliver_subject, 'elsewhere')
  await source.stop()
  t.equal(lines.filter(({ level, text }) => level === 'warn' && text === 'no events from NATS, trying on').length, 1)
})

t.test('a server that does not let us in is told of, without the password, and tried again', async (t) => {
  const nats = await startNats(t, { args: ['--user', 'hub', '--pass', 'canary'], login: 'hub:canary@' })
  const stranger = openSource(t, { url: nats.url.replace('canary', 'wrong') })
  stranger.source.start(new Collector().handle)
  await until(() => stranger.lines.length > 0)
  t.match(stranger.lines, [{ level: 'warn', fields: { reason: /authorization/i }, text: 'no events from NATS, trying on' }])
  const { source } = openSource(t, nats)
  source.start(new Collector().handle)
  await until(() => source.status().consuming)
  t.notMatch(JSON.stringify(stranger.lines), /canary|wrong/)
})

t.test('a user that may do no more than the README says is enough', async (t) => {
  const publish = [
    '$JS.API.STREAM.INFO.EVENTS', '$JS.API.CONSUMER.INFO.EVENTS.wshub', '$JS.API.CONSUMER.CREATE.EVENTS.wshub', '$JS.API.CONSUMER.CREATE.EVENTS.wshub.>',
    '$JS.API.CONSUMER.DURABLE.CREATE.EVENTS.wshub', '$JS.API.CONSUMER.MSG.NEXT.EVENTS.wshub', '$JS.ACK.EVENTS.wshub.>'
  ]
  const users = [{ user: 'admin', password: 'a' }, { user: 'hub', password: 'h', permissions: { publish, subscribe: ['_INBOX.>'] } }]
  const nats = await startNats(t, { config: `authorization ${JSON.stringify({ users })}`, login: 'admin:a@' })
  await nats.manage((manager) => manager.streams.add({ name: 'EVENTS', subjects: ['ride.>', 'match.*', 'other'] }))
  for (const subjects of [['ride.1'], ['ride.1', 'match.proposal']]) {
    const { source } = openSource(t, { url: nats.url.replace('admin:a', 'hub:h') }, { subjects })
    const collector = new Collector()
    source.start(collector.handle)
    await until(() => source.status().consuming)
    await nats.publish({ subject: 'ride.1', body: {} })
    await until(() => collector.events.length === 1)
    await until(() => nats.isSettled())
    await source.stop()
  }
})
