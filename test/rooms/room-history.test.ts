import t from 'tap'
import { roomTopic } from '../../src/hub/topics.ts'
import type { StreamMessage } from '../../src/relay/history.ts'
import { MemoryRelay } from '../../src/relay/memory-relay.ts'
import { RoomHistory, type HistoryRequest } from '../../src/rooms/room-history.ts'
import type { Teardown } from '../helper.ts'

/** The history of a room with so many messages, of which the last `size` are kept; the reading is counted. */
function start (t: Teardown, count: number, size = 1_000) {
  const relay = new MemoryRelay({ keepOf: () => ({ size, ttlMs: 60_000 }) })
  t.teardown(() => relay.close())
  for (let number = 1; number <= count; number += 1) {
    relay.publish({ topics: [roomTopic('hall')], event: { type: 'news', payload: number, timestamp: '2026-01-01T00:00:00.000Z' } })
  }
  let readings = 0
  const { read } = relay
  relay.read = (...range) => {
    readings += 1
    return read.apply(relay, range)
  }
  const history = new RoomHistory(relay)
  const { epoch } = relay.position(roomTopic('hall'))
  const page = async (request: HistoryRequest, isFor?: (message: StreamMessage) => boolean) => {
    const { messages, more, seq } = await history.page('hall', request, isFor)
    return { seqs: messages.map((message) => message.seq), more, seq }
  }
  return { history, page, epoch, readings: () => readings }
}

const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index)

t.test('with neither bound the newest, oldest first; `more` where there are older ones', async (t) => {
  const { page } = start(t, 120)
  t.same(await page({ limit: 50 }), { seqs: numbers(71, 120), more: true, seq: 120 })
  t.same(await page({ limit: 119 }), { seqs: numbers(2, 120), more: true, seq: 120 })
  t.same(await page({ limit: 120 }), { seqs: numbers(1, 120), more: false, seq: 120 })
  t.same(await page({ limit: 1 }), { seqs: [120], more: true, seq: 120 })
})

t.test('before a number: those right below it', async (t) => {
  const { page } = start(t, 20)
  t.same(await page({ before: 11, limit: 5 }), { seqs: numbers(6, 10), more: true, seq: 20 })
  t.same(await page({ before: 6, limit: 5 }), { seqs: numbers(1, 5), more: false, seq: 20 })
  t.same(await page({ before: 1, limit: 5 }), { seqs: [], more: false, seq: 20 })
  t.same(await page({ before: 1_000, limit: 5 }), { seqs: numbers(16, 20), more: true, seq: 20 })
})

t.test('since a position: those right above it; `more` where there are newer ones', async (t) => {
  const { page, epoch } = start(t, 20)
  t.same(await page({ since: { epoch, seq: 0 }, limit: 5 }), { seqs: numbers(1, 5), more: true, seq: 20 })
  t.same(await page({ since: { epoch, seq: 15 }, limit: 5 }), { seqs: numbers(16, 20), more: false, seq: 20 })
  t.same(await page({ since: { epoch, seq: 20 }, limit: 5 }), { seqs: [], more: false, seq: 20 })
  t.same(await page({ since: { epoch, seq: 99 }, limit: 5 }), { seqs: [], more: false, seq: 20 })
})

t.test('both bounds: what is between them, from below', async (t) => {
  const { page, epoch } = start(t, 20)
  t.same(await page({ since: { epoch, seq: 5 }, before: 10, limit: 50 }), { seqs: numbers(6, 9), more: false, seq: 20 })
  t.same(await page({ since: { epoch, seq: 5 }, before: 10, limit: 2 }), { seqs: [6, 7], more: true, seq: 20 })
  t.same(await page({ since: { epoch, seq: 9 }, before: 10, limit: 2 }), { seqs: [], more: false, seq: 20 })
})

t.test('above a number, whatever the epoch', async (t) => {
  const { page } = start(t, 20)
  t.same(await page({ after: 15, limit: 3 }), { seqs: [16, 17, 18], more: true, seq: 20 })
  t.same(await page({ after: 17, before: 20, limit: 3 }), { seqs: [18, 19], more: false, seq: 20 })
})

t.test('a position of another epoch stands for the beginning', async (t) => {
  const { page } = start(t, 20)
  t.same(await page({ since: { epoch: 'other', seq: 15 }, limit: 5 }), { seqs: numbers(1, 5), more: true, seq: 20 })
})

t.test('what is not kept any more is not there, and is no `more`', async (t) => {
  const { page, epoch } = start(t, 20, 8)
  t.same(await page({ limit: 50 }), { seqs: numbers(13, 20), more: false, seq: 20 })
  t.same(await page({ since: { epoch, seq: 2 }, limit: 3 }), { seqs: [13, 14, 15], more: true, seq: 20 })
  t.same(await page({ before: 13, limit: 3 }), { seqs: [], more: false, seq: 20 })
  t.same(await page({ since: { epoch, seq: 2 }, before: 5, limit: 3 }), { seqs: [], more: false, seq: 20 })
})

t.test('a room without history, and one without messages, are empty', async (t) => {
  t.same(await start(t, 3, 0).page({ limit: 5 }), { seqs: [], more: false, seq: 3 })
  t.same(await start(t, 0).page({ limit: 5 }), { seqs: [], more: false, seq: 0 })
})

t.test('what may not be shown is left out; a page of nothing else goes on to what may', async (t) => {
  const { page, epoch, readings } = start(t, 900)
  const isEarly = ({ seq }: StreamMessage): boolean => seq <= 10
  t.same(await page({ limit: 3 }, isEarly), { seqs: [8, 9, 10], more: true, seq: 900 })
  t.ok(readings() <= 11, `${readings()} readings`)
  const isLate = ({ seq }: StreamMessage): boolean => seq > 890
  t.same(await page({ since: { epoch, seq: 0 }, limit: 3 }, isLate), { seqs: [891, 892, 893], more: true, seq: 900 })
  t.same(await page({ since: { epoch, seq: 0 }, limit: 3 }, () => false), { seqs: [], more: false, seq: 900 })
  t.same(await page({ limit: 3 }, () => false), { seqs: [], more: false, seq: 900 })
  t.same(await page({ limit: 4 }, ({ seq }) => seq % 2 === 0), { seqs: [898, 900], more: true, seq: 900 })
})

t.test('going on from page to page, in either direction, nothing is left out or shown twice', async (t) => {
  const { page, epoch } = start(t, 100)
  const isFor = ({ seq }: StreamMessage): boolean => seq < 20 || seq > 70 || seq % 7 === 0
  const all = numbers(1, 100).filter((seq) => isFor({ seq, message: { topics: [], positions: [], event: { type: '', payload: null, timestamp: '' } } }))
  const up: number[] = []
  for (let more = true, seq = 0; more;) {
    const next = await page({ since: { epoch, seq }, limit: 4 }, isFor)
    up.push(...next.seqs)
    seq = next.seqs.at(-1) ?? seq
    more = next.more && next.seqs.length > 0
  }
  t.same(up, all)
  const down: number[] = []
  for (let more = true, before = 101; more;) {
    const next = await page({ before, limit: 4 }, isFor)
    down.unshift(...next.seqs)
    before = next.seqs[0] ?? before
    more = next.more && next.seqs.length > 0
  }
  t.same(down, all)
})

t.test('a name that is none is refused', async (t) => {
  await t.rejects(start(t, 0).history.page('a*', { limit: 1 }), { code: 'INVALID_ROOM' })
})
