import t from 'tap'
import type { HistoryKeep } from '../../src/relay/history.ts'
import { Keys } from '../../src/relay/redis/keys.ts'
import { addToCall, outcomeOf, weightOf, type BatchCall, type BatchItem } from '../../src/relay/redis/publish-batch.ts'
import { slotOf } from '../../src/relay/redis/slot.ts'

const item: BatchItem = {
  parts: { routing: '{}', content: '{}\nnull' }, key: { key: 'k', fingerprint: 'f' }, topics: [[0, 'room:a']], isShared: false, isEphemeral: false
}

/** The call for one message. */
function callFor (more: Partial<BatchItem>, { keys = new Keys('hub', 1), tag = 0, keep = { size: 10, ttlMs: 1_500 } as HistoryKeep } = {}): BatchCall {
  const call: BatchCall = { keys: [], args: [] }
  addToCall(call, { ...item, ...more }, { keys, tag, keepOf: () => keep })
  return call
}

t.test('a message that is kept touches the keys of its id and of its topic', async (t) => {
  t.same(callFor({}).keys, ['hub:{0}:i:k', 'hub:{0}:c:room:a', 'hub:{0}:m:room:a', 'hub:{0}:h:room:a'])
})

t.test('nothing is touched that is not needed: no history of size 0, no number of a notice or a single connection, no id', async (t) => {
  t.same(callFor({ key: undefined }, { keep: { size: 0, ttlMs: 0 } }).keys, ['hub:{0}:c:room:a', 'hub:{0}:m:room:a'])
  t.same(callFor({ key: undefined, isEphemeral: true }).keys, ['hub:{0}:c:room:a'])
  t.same(callFor({ key: undefined, topics: [[0, 'connection:7']] }).keys, ['hub:{0}:c:connection:7'])
})

t.test('with very many topics there is one channel, and each topic\'s number', async (t) => {
  const { keys } = callFor({ isShared: true, topics: [[0, 'user:a'], [3, 'user:b']] }, { keep: { size: 0, ttlMs: 0 } })
  t.same(keys, ['hub:{0}:i:k', 'hub:{0}:many', 'hub:{0}:m:user:a', 'hub:{0}:m:user:b'])
})

t.test('what is kept has the routing of the message, or the one that was given for that', async (t) => {
  t.same(callFor({}).args.slice(1, 4), ['{}', '', '{}\nnull'])
  t.same(callFor({ parts: { routing: '{"t":[]}', kept: '{}', content: 'c' } }).args.slice(1, 4), ['{"t":[]}', '{}', 'c'])
})

t.test('more than 16 MiB are not kept: what is not counted is not kept in any case', async (t) => {
  const kept = ' '.repeat(16 * 1024)
  const topics = Array.from({ length: 1_100 }, (_, place): [number, string] => [place, `user:${place}`])
  const keptFor = (more: Partial<BatchItem>, keep?: HistoryKeep) => (
    callFor({ parts: { routing: kept, kept, content: '' }, topics, isShared: true, ...more }, keep && { keep }).args[2]
  )
  t.equal(keptFor({}), '-')
  t.equal(keptFor({ parts: { routing: kept, content: '' } }), '-')
  t.equal(keptFor({ parts: { routing: '{}', kept: '{}', content: kept } }), '-')
  t.equal(keptFor({ topics: topics.slice(0, 1_024) }), kept)
  t.equal(keptFor({ topics: topics.map(([place], index) => [place, index < 1_024 ? `user:${index}` : `connection:${index}`]) }), kept)
  t.equal(keptFor({ isEphemeral: true }), kept)
  t.equal(keptFor({}, { size: 0, ttlMs: 0 }), kept)
})

t.test('a message weighs what goes out, and what is kept of it by its topics', async (t) => {
  t.equal(weightOf(item), 9)
  t.equal(weightOf({ ...item, parts: { routing: '{"t":[]}', kept: '{}', content: '12345' }, topics: [[0, 'user:a'], [1, 'user:b'], [2, 'user:c']] }), 13 + 2 * 7)
})

t.test('a part of a second is kept as a whole one: Redis knows no shorter time there', async (t) => {
  t.equal(callFor({}).args.at(-1), 2)
})

t.test('in a cluster all keys of a call are in one slot', async (t) => {
  const keys = new Keys('hub', 64)
  for (const topic of ['room:a', 'room:{x}', 'user:ж']) {
    const tag = keys.tagOf(topic)
    const ownChannel = callFor({ topics: [[0, topic]] }, { keys, tag })
    const shared = callFor({ topics: [[0, topic]], isShared: true, key: { key: '{y}', fingerprint: 'f' } }, { keys, tag })
    t.same([...new Set([...ownChannel.keys, ...shared.keys].map(slotOf))], [slotOf(`{${tag}}`)], topic)
  }
})

t.test('answers of the script', async (t) => {
  t.same(outcomeOf('2 e1 7'), { kind: 'published', receivers: 2, epoch: 'e1', seq: 7 })
  t.same(outcomeOf('0 - -'), { kind: 'published', receivers: 0 })
  t.same(outcomeOf('=e1 7 12'), { kind: 'repeated', epoch: 'e1', seq: 7, recipients: 12 })
  t.same(outcomeOf('=e1 7 -'), { kind: 'repeated', epoch: 'e1', seq: 7 }, 'the first was not counted')
  t.same(outcomeOf('=- - 3'), { kind: 'repeated', recipients: 3 })
  t.same(outcomeOf('~'), { kind: 'conflict' })
  t.same(outcomeOf('!WRONGTYPE = ~ 1'), { kind: 'failed', why: 'WRONGTYPE = ~ 1' })
})
