import t from 'tap'
import type { Gap } from '../../src/relay/relay-message.ts'
import { until } from '../helper.ts'
import { news, openTestRelay } from '../support/redis-relays.ts'
import { startRedis } from '../support/redis-server.ts'

const TOPIC = 'room:a'
const META = 'test:{0}:m:room:a'
const HISTORY = 'test:{0}:h:room:a'

t.test('a server that comes back without the last messages, whose numbers were given anew since: it is noticed before anything is published', async (t) => {
  const redis = await startRedis(t)
  const { relay } = await openTestRelay(t, redis.url)
  const received: number[] = []
  const gaps: Gap[] = []
  relay.onGap((gap) => { gaps.push(gap) })
  relay.onMessage(({ positions: [position] }) => received.push(position?.seq ?? 0))
  relay.subscribe(TOPIC)
  const { epoch: former } = await relay.position(TOPIC)
  const publish = async () => await relay.publish({ topics: [TOPIC], event: news })
  for (let count = 0; count < 5; count += 1) await publish()
  await until(() => received.length === 5)
  await redis.command('LTRIM', HISTORY, '0', '-3')
  for (const seq of [4, 5, 6]) await redis.command('RPUSH', HISTORY, `1m0:${former}:${seq}\n{}\n{"type":"other","timestamp":"2026-02-02T00:00:00.000Z"}\n1`)
  await redis.command('HSET', META, 's', '6')
  await redis.command('CLIENT', 'KILL', 'SKIPME', 'yes')
  await until(() => gaps.length > 0)
  await until(async () => await publish().then(() => true, () => false))
  const { epoch, seq } = await relay.position(TOPIC)
  t.not(epoch, former)
  t.equal(seq, 7)
  t.same(gaps, [{ topic: TOPIC, from_seq: 0, to_seq: 6, epoch }])
  await until(() => received.length === 6)
  t.same(received, [1, 2, 3, 4, 5, 7])
})
