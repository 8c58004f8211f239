import { setImmediate as endOfTurn, setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { Continuity } from '../../src/relay/continuity.ts'
import type { Gap, NumberedMessage } from '../../src/relay/relay-message.ts'
import { until, type Teardown } from '../helper.ts'
import { FakeStreamSource, makeMessage } from '../support/fake-stream-source.ts'
import { recordLogs } from '../support/log-recorder.ts'

const TOPIC = 'room:a'
const OTHER = 'room:b'
/** Connections that a message is queued to. */
const RECIPIENTS = 2

interface FollowOptions {
  readonly topics?: readonly string[]
  readonly limitMs?: number
  readonly patienceMs?: number
  readonly onDeliver?: (message: NumberedMessage) => void
}

/** A node on some topics whose place it knows, with what it was handed and told. */
function follow (t: Teardown, { topics = [TOPIC], limitMs = 5_000, patienceMs = 5, onDeliver = () => {} }: FollowOptions = {}) {
  const source = new FakeStreamSource()
  const delivered: string[] = []
  const gaps: Gap[] = []
  /** What `onDelivered` was told of each message that was handed in, in the order of the tellings. */
  const counts: string[] = []
  const continuity = new Continuity({
    source,
    deliver: (message) => {
      const { topics, positions, carries = [] } = message
      delivered.push(carries.map((place) => `${topics[place]} ${positions[place]?.seq ?? '-'}`).join(' + '))
      onDeliver(message)
      return RECIPIENTS * carries.length
    },
    onGap: (gap) => gaps.push(gap),
    logger: recordLogs().logger,
    retryMs: 5,
    patienceMs,
    limitMs
  })
  t.teardown(() => continuity.close())
  const accept = (message: NumberedMessage): void => continuity.accept(message, (count) => counts.push(`${message.positions[0]?.seq}: ${count}`))
  const begin = (topic: string): void => {
    continuity.begin(topic)
    const settled = continuity.stand(topic, source.position(topic))
    if (settled !== undefined) throw new Error('a stream without a place has nothing to wait for')
  }
  /** Publishes messages; their copies are lost. */
  const lose = (count: number, topic = TOPIC): void => { for (let index = 0; index < count; index += 1) source.publish(topic) }
  /** Publishes messages, which come. */
  const send = (count = 1, topic = TOPIC): void => { for (let index = 0; index < count; index += 1) accept(source.publish(topic)) }
  /** Resolves when nothing waits. */
  const quiet = async (): Promise<void> => await until(() => [...continuity.streams.values()].every(({ isHeld }) => !isHeld))
  for (const topic of topics) begin(topic)
  return { source, continuity, delivered, gaps, counts, accept, begin, lose, send, quiet }
}

function named (from: number, to: number, topic = TOPIC): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => `${topic} ${from + index}`)
}

t.test('messages in order go straight through, copies of them do not', async (t) => {
  const { source, delivered, counts, accept } = follow(t)
  const first = source.publish(TOPIC)
  const second = source.publish(TOPIC)
  for (const message of [first, first, second, first, second]) accept(message)
  t.same(delivered, named(1, 2))
  t.same(counts, ['1: 2', '1: 0', '2: 2', '1: 0', '2: 0'])
  t.same(source.calls, [])
})

t.test('what comes too early waits until the missing ones were fetched', async (t) => {
  const { source, delivered, gaps, counts, lose, send, quiet } = follow(t)
  source.pause = 'answers'
  send()
  lose(2)
  send(2)
  t.same([delivered, counts], [named(1, 1), ['1: 2']])
  source.resume()
  await quiet()
  t.same([delivered, gaps], [named(1, 5), []])
  t.same(counts, ['1: 2', '4: 2', '5: 2'])
})

t.test('each copy of a message that waits is answered once', async (t) => {
  const { source, delivered, counts, accept, lose, quiet } = follow(t)
  lose(1)
  const second = source.publish(TOPIC)
  for (let copy = 0; copy < 3; copy += 1) accept(second)
  await quiet()
  t.same(delivered, named(1, 2))
  t.same(counts.toSorted(), ['2: 0', '2: 0', '2: 2'])
})

t.test('what is kept no more is told as lost, with its exact numbers', async (t) => {
  const { source, delivered, gaps, lose, send, quiet } = follow(t)
  send()
  source.size = 2
  lose(5)
  send()
  await quiet()
  t.same(delivered, [...named(1, 1), ...named(6, 7)])
  t.same(gaps, [{ topic: TOPIC, from_seq: 2, to_seq: 5 }])
})

t.test('of a topic of which nothing is kept, what came is delivered, and only the rest is told as lost', async (t) => {
  const { source, delivered, gaps, lose, send, quiet } = follow(t)
  source.size = 0
  source.pause = 'answers'
  lose(2)
  send(2)
  lose(1)
  send()
  source.resume()
  await quiet()
  t.same(delivered, [...named(3, 4), ...named(6, 6)])
  t.same(gaps, [{ topic: TOPIC, from_seq: 1, to_seq: 2 }, { topic: TOPIC, from_seq: 5, to_seq: 5 }])
})

t.test('more than a page was missed', async (t) => {
  const { source, delivered, gaps, lose, send, quiet } = follow(t)
  lose(349)
  send()
  await quiet()
  t.same([delivered, gaps], [named(1, 350), []])
  t.same(source.calls, [0, 100, 200, 300].map((after) => `read ${TOPIC} ${after}`))
})

t.test('pages that end below the top are no sign of a loss', async (t) => {
  const { source, delivered, gaps, lose, send, quiet } = follow(t)
  source.pageSize = 3
  lose(10)
  send()
  await quiet()
  t.same([delivered, gaps], [named(1, 11), []])
})

t.test('where what waits goes on from a page to the top, no other page is asked for', async (t) => {
  const { source, delivered, lose, send, quiet } = follow(t)
  source.pageSize = 2
  source.pause = 'answers'
  lose(2)
  send(3)
  source.resume()
  await quiet()
  t.same([delivered, source.calls], [named(1, 5), [`read ${TOPIC} 0`]])
})

t.test('messages that come during every wait are handed on in their turn', async (t) => {
  const { source, delivered, gaps, lose, send, quiet } = follow(t)
  source.pause = 'answers'
  source.pageSize = 2
  lose(5)
  send()
  for (let count = 0; count < 20 && source.pausedCount > 0; count += 1) {
    if (count % 3 === 0) lose(1)
    send()
    source.next()
    await endOfTurn()
  }
  source.resume()
  await quiet()
  t.same(gaps, [])
  t.same(delivered, named(1, source.position(TOPIC).seq))
})

t.test('a numbering that begins anew is told once, and what there is of it follows', async (t) => {
  const { source, delivered, gaps, lose, send, quiet } = follow(t)
  send(5)
  source.lose(TOPIC)
  lose(2)
  send()
  await quiet()
  send()
  t.same(gaps, [{ topic: TOPIC, from_seq: 0, to_seq: 0, epoch: 'e2' }])
  t.same(delivered, [...named(1, 5), ...named(1, 4)])
})

t.test('a numbering that begins anew and of which nothing is kept', async (t) => {
  const { source, delivered, gaps, lose, send, quiet } = follow(t)
  source.size = 0
  send(5)
  source.lose(TOPIC)
  lose(7)
  send()
  await quiet()
  t.same(gaps, [{ topic: TOPIC, from_seq: 0, to_seq: 8, epoch: 'e2' }])
  t.same(delivered, [...named(1, 5), ...named(8, 8)])
})

t.test('numbers that went back begin a new numbering, which is told once', async (t) => {
  const { source, continuity, delivered, gaps, send, quiet } = follow(t)
  send(5)
  source.goBack(TOPIC, 2)
  continuity.restored([TOPIC])
  await until(() => gaps.length > 0)
  await quiet()
  send()
  t.ok(source.calls.includes(`renew ${TOPIC} 5`))
  t.same(gaps, [{ topic: TOPIC, from_seq: 0, to_seq: 3, epoch: 'e2' }])
  t.same(delivered, [...named(1, 5), ...named(4, 4)])
})

t.test('a store that is away for a while is asked again', async (t) => {
  const { source, delivered, gaps, lose, send, quiet } = follow(t)
  source.failures = 2
  lose(1)
  send()
  await quiet()
  t.same([delivered, gaps], [named(1, 2), []])
  t.same(source.calls, [`read ${TOPIC} 0`, 'check 1', 'check 1', `read ${TOPIC} 0`])
})

t.test('an interruption in which nothing was missed costs one check and no page', async (t) => {
  const { source, continuity, delivered, send, quiet } = follow(t, { topics: [TOPIC, OTHER] })
  send()
  continuity.interrupted([TOPIC, OTHER])
  continuity.restored([TOPIC, OTHER])
  await quiet()
  send()
  t.same(source.calls, ['check 2'])
  t.same(delivered, named(1, 2))
})

t.test('an interruption in which nothing was missed: what comes before the answer to the check follows it', async (t) => {
  const { source, continuity, delivered, counts, send, quiet } = follow(t)
  source.pause = 'answers'
  continuity.interrupted([TOPIC])
  continuity.restored([TOPIC])
  send(3)
  t.same(delivered, [])
  source.resume()
  await quiet()
  t.same([delivered, counts, source.calls], [named(1, 3), ['1: 2', '2: 2', '3: 2'], ['check 1']])
})

t.test('what was missed in an interruption is fetched', async (t) => {
  const { continuity, delivered, gaps, lose, send, quiet } = follow(t)
  send()
  continuity.interrupted([TOPIC])
  lose(3)
  continuity.restored([TOPIC])
  send()
  await quiet()
  t.same([delivered, gaps], [named(1, 5), []])
})

t.test('a second interruption in the middle of the first repair', async (t) => {
  const { source, continuity, delivered, gaps, lose, send, quiet } = follow(t)
  source.pause = 'answers'
  continuity.interrupted([TOPIC])
  lose(2)
  continuity.restored([TOPIC])
  source.next()
  await until(() => source.calls.includes(`read ${TOPIC} 0`))
  continuity.interrupted([TOPIC])
  lose(2)
  source.resume()
  await quiet()
  lose(1)
  continuity.restored([TOPIC])
  await until(() => delivered.length === 5)
  send()
  t.same([delivered, gaps], [named(1, 6), []])
})

t.test('a topic without a connection in mid-repair is forgotten', async (t) => {
  const { source, continuity, delivered, counts, lose, send } = follow(t)
  source.pause = 'answers'
  lose(1)
  send()
  continuity.end(TOPIC)
  t.same(counts, ['2: 0'])
  source.resume()
  await endOfTurn()
  t.same([delivered, source.calls.length], [[], 1])
})

t.test('a topic that is begun again during the repair of its former life is repaired by itself', async (t) => {
  const { source, continuity, delivered, begin, lose, send, quiet } = follow(t)
  source.pause = 'answers'
  lose(1)
  send()
  continuity.end(TOPIC)
  begin(TOPIC)
  lose(1)
  send()
  source.resume()
  await quiet()
  t.same(delivered, named(3, 4))
})

t.test('a topic whose last connection goes because of what it is handed', async (t) => {
  const { source, continuity, delivered, counts, lose, send } = follow(t, { onDeliver: () => continuity.end(TOPIC) })
  lose(1)
  send(2)
  await until(() => delivered.length > 0)
  await endOfTurn()
  await endOfTurn()
  t.equal(continuity.streams.size, 0)
  t.equal(source.calls.length, 1)
  t.same(counts.length, 2)
})

t.test('a topic that cannot be repaired does not keep the others waiting', async (t) => {
  const topics = Array.from({ length: 600 }, (_, index) => `room:${index}`)
  const { source, continuity, lose } = follow(t, { topics })
  continuity.interrupted(topics)
  for (const topic of topics) lose(1, topic)
  const check = source.check.bind(source)
  source.check = async (...args) => {
    source.broken.clear()
    const places = await check(...args)
    source.broken.add('room:0')
    return places
  }
  continuity.restored(topics)
  await until(() => [...continuity.streams].every(([topic, { isHeld }]) => isHeld === (topic === 'room:0')))
  t.pass('all the others are repaired')
})

t.test('a place in a stream that is not known is where it is taken up', async (t) => {
  const { continuity, delivered, source, send, lose } = follow(t, { topics: [] })
  t.equal(continuity.stand(TOPIC, { epoch: 'e', seq: 7 }), undefined)
  continuity.begin(TOPIC)
  lose(3)
  t.equal(continuity.stand(TOPIC, source.position(TOPIC)), undefined)
  send()
  t.same(delivered, named(4, 4))
})

t.test('the first message of a stream that is not known is where it is taken up', async (t) => {
  const { continuity, delivered, lose, send } = follow(t, { topics: [] })
  continuity.begin(TOPIC)
  lose(3)
  continuity.interrupted([TOPIC])
  continuity.restored([TOPIC])
  send()
  t.same(delivered, named(4, 4))
})

t.test('a place is reached when the message that was on its way has come', async (t) => {
  const { continuity, source, delivered, accept } = follow(t, { patienceMs: 5_000 })
  const message = source.publish(TOPIC)
  const reached = continuity.stand(TOPIC, source.position(TOPIC))
  accept(message)
  await reached
  t.same([delivered, source.calls], [named(1, 1), []])
})

t.test('a place is reached by fetching what does not come', async (t) => {
  const { continuity, source, delivered, lose } = follow(t)
  lose(2)
  await continuity.stand(TOPIC, source.position(TOPIC))
  t.same([delivered, source.calls], [named(1, 2), [`read ${TOPIC} 0`]])
})

t.test('a place of a new numbering is reached by a repair', async (t) => {
  const { continuity, source, gaps, send } = follow(t)
  send(3)
  source.lose(TOPIC)
  source.publish(TOPIC)
  await continuity.stand(TOPIC, source.position(TOPIC))
  t.equal(continuity.streams.get(TOPIC)?.isAt(source.position(TOPIC)), true)
  t.same(gaps, [{ topic: TOPIC, from_seq: 0, to_seq: 0, epoch: 'e2' }])
})

t.test('a place of a numbering that is no more cannot be reached: nobody knows what became of it', async (t) => {
  const { continuity, source, send, lose } = follow(t)
  lose(3)
  const position = source.position(TOPIC)
  source.lose(TOPIC)
  send()
  await t.rejects(async () => await continuity.stand(TOPIC, position), { code: 'UNAVAILABLE' })
  t.equal(continuity.streams.get(TOPIC)?.last, 1)
})

t.test('a place that cannot be reached in time is UNAVAILABLE', async (t) => {
  const { continuity, source, lose } = follow(t, { limitMs: 20 })
  source.pause = 'answers'
  lose(1)
  await t.rejects(async () => await continuity.stand(TOPIC, source.position(TOPIC)), { code: 'UNAVAILABLE' })
  t.equal(continuity.streams.get(TOPIC)?.isAwaited, false)
})

t.test('a place that was named after the store was looked at is not reached by what was seen there', async (t) => {
  const { continuity, source, delivered, lose, send } = follow(t)
  source.pause = 'answers'
  lose(1)
  send()
  lose(1)
  const reached = continuity.stand(TOPIC, source.position(TOPIC))
  await sleep(1)
  source.resume()
  await reached
  t.same(delivered, named(1, 3))
})

t.test('an old answer to a check does not make a place reached', async (t) => {
  const { continuity, source, delivered, lose } = follow(t, { patienceMs: 5_000 })
  source.pause = 'answers'
  continuity.interrupted([TOPIC])
  continuity.restored([TOPIC])
  lose(1)
  const reached = continuity.stand(TOPIC, source.position(TOPIC))
  await sleep(1)
  source.resume()
  await reached
  t.same(delivered, named(1, 1))
})

t.test('a message of several topics goes by those that it is in order for, and later by the others', async (t) => {
  const { source, delivered, counts, accept, lose, quiet } = follow(t, { topics: [TOPIC, OTHER] })
  source.pause = 'answers'
  lose(1, OTHER)
  const positions = [TOPIC, OTHER].map((topic) => { source.publish(topic); return source.position(topic) })
  accept(makeMessage([TOPIC, OTHER, 'connection:1'], [...positions, undefined]))
  t.same(delivered, [`${TOPIC} 1 + connection:1 -`])
  t.same(counts, [])
  source.resume()
  await quiet()
  t.same(delivered, [`${TOPIC} 1 + connection:1 -`, `${OTHER} 1`, `${OTHER} 2`])
  t.same(counts, ['1: 6'])
})

t.test('a copy of a message of several topics is answered once, with nothing', async (t) => {
  const { source, delivered, counts, accept } = follow(t, { topics: [TOPIC, OTHER] })
  const positions = [TOPIC, OTHER].map((topic) => { source.publish(topic); return source.position(topic) })
  for (let copy = 0; copy < 2; copy += 1) accept(makeMessage([TOPIC, OTHER], positions))
  t.same(delivered, [`${TOPIC} 1 + ${OTHER} 1`])
  t.same(counts, ['1: 4', '1: 0'])
})

t.test('more than 1,000 messages do not wait in memory', async (t) => {
  const { source, delivered, gaps, counts, lose, send, quiet } = follow(t)
  source.size = 5_000
  source.pause = 'answers'
  lose(1)
  send(2_500)
  t.equal(counts.length, 2_000)
  source.resume()
  await quiet()
  t.same([delivered, gaps], [named(1, 2_501), []])
  t.equal(new Set(counts.map((count) => count.split(':')[0])).size, 2_500)
  t.equal(counts.length, 2_500)
})

t.test('what was let go of and is not kept is told as lost', async (t) => {
  const { source, delivered, gaps, lose, send, quiet } = follow(t)
  source.size = 0
  source.pause = 'answers'
  lose(1)
  send(1_200)
  source.resume()
  await quiet()
  t.same(gaps, [{ topic: TOPIC, from_seq: 1, to_seq: 1_001 }])
  t.same(delivered, named(1_002, 1_201))
})

t.test('closed in mid-repair: nothing is delivered, tried again or waited for any more', async (t) => {
  const { source, continuity, delivered, counts, lose, send } = follow(t)
  source.pause = 'answers'
  lose(1)
  send()
  const reached = continuity.stand(TOPIC, source.position(TOPIC))
  const timers = countTimers()
  continuity.close()
  source.resume()
  await reached
  await endOfTurn()
  t.same([delivered, counts, source.calls.length], [[], ['2: 0'], 1])
  t.ok(countTimers() < timers)
})

t.test('closed between two tries: it is not tried again', async (t) => {
  const { source, continuity, lose, send } = follow(t)
  const before = countTimers()
  source.failures = Infinity
  lose(1)
  send()
  await until(() => source.calls.length > 1)
  continuity.close()
  await endOfTurn()
  t.equal(countTimers(), before)
})

function countTimers (): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
}

t.test('a place that an ack names is no place to follow from: a message before it may be under way to somebody who has just come', async (t) => {
  const { continuity, source, delivered, accept } = follow(t, { topics: [] })
  continuity.begin(TOPIC)
  const message = source.publish(TOPIC)
  t.equal(continuity.reached(TOPIC, source.position(TOPIC)), undefined)
  accept(message)
  t.same(delivered, named(1, 1))
})
