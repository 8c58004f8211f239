import t from 'tap'
import { RunClock } from '../../bench/load/run-clock.ts'
import { EMPTY_STAMP, writeStamp } from '../../bench/load/stamp.ts'
import { Tally } from '../../bench/load/tally.ts'

t.test('a message is complete when it is acknowledged and everybody else has it', async (t) => {
  const tally = tallyOf({ membersPerRoom: 3 })
  tally.sent(0)
  deliver(tally, { to: 1, from: 0, number: 0 })
  tally.acked(0)
  t.strictSame([tally.inFlight, tally.completed], [1, 0])
  deliver(tally, { to: 2, from: 0, number: 0 })
  t.strictSame([tally.inFlight, tally.completed, tally.deliveries, tally.lost], [0, 1, 2, 0])
})

t.test('a copy that does not come is lost', async (t) => {
  const tally = tallyOf({ membersPerRoom: 3 })
  tally.sent(0)
  tally.acked(0)
  deliver(tally, { to: 1, from: 0, number: 0 })
  t.strictSame([tally.expected, tally.lost, tally.inFlight], [2, 1, 1])
  tally.writeOffAll()
  t.strictSame([tally.lost, tally.inFlight], [1, 0])
})

t.test('a copy that comes twice does not stand for one that is missing', async (t) => {
  const tally = tallyOf({ membersPerRoom: 3 })
  tally.sent(0)
  tally.acked(0)
  deliver(tally, { to: 1, from: 0, number: 0 })
  deliver(tally, { to: 1, from: 0, number: 0 })
  t.strictSame([tally.deliveries, tally.repeated, tally.lost, tally.inFlight], [1, 1, 1, 1])
})

t.test('messages of one sender in the wrong order are noticed, those of two senders are not', async (t) => {
  const tally = tallyOf({ membersPerRoom: 3, publishersPerRoom: 2 })
  for (const number of [0, 1, 2]) tally.sent(number)
  deliver(tally, { to: 2, from: 1, number: 1 })
  deliver(tally, { to: 2, from: 0, number: 0 })
  t.equal(tally.late, 0)
  deliver(tally, { to: 2, from: 0, number: 2 })
  deliver(tally, { to: 2, from: 0, number: 0 })
  t.equal(tally.late, 1)
})

t.test('the room\'s own numbers must rise, whoever sends', async (t) => {
  const tally = tallyOf({ membersPerRoom: 3, publishersPerRoom: 2 })
  for (const number of [0, 1]) tally.sent(number)
  deliver(tally, { to: 2, from: 0, number: 0, seq: 6 })
  deliver(tally, { to: 2, from: 1, number: 1, seq: 5 })
  t.strictSame([tally.deliveries, tally.late], [1, 1])
})

t.test('an own message and one of another room are astray', async (t) => {
  const tally = tallyOf({ rooms: 2, membersPerRoom: 2 })
  tally.sent(0)
  deliver(tally, { to: 0, from: 0, number: 0 })
  deliver(tally, { to: 3, from: 0, number: 0 })
  deliver(tally, { to: 0, from: 3, number: 0 })
  t.strictSame([tally.strays, tally.deliveries], [3, 0])
})

t.test('a refused message is not expected, and makes room for the next', async (t) => {
  const tally = tallyOf({ membersPerRoom: 3 })
  tally.sent(0)
  tally.refused('RATE_LIMIT', 0)
  t.strictSame([tally.expected, tally.lost, tally.inFlight, tally.refusals.get('RATE_LIMIT')], [0, 0, 0, 1])
})

t.test('a late copy of a message that was written off counts as having come', async (t) => {
  const tally = tallyOf({ membersPerRoom: 2 })
  tally.sent(0)
  tally.writeOffAll()
  deliver(tally, { to: 1, from: 0, number: 0 })
  t.strictSame([tally.lost, tally.inFlight, tally.completed], [0, 0, 0])
})

t.test('with more under way than can be followed the oldest is written off', async (t) => {
  const tally = tallyOf({ membersPerRoom: 2 })
  for (let number = 0; number <= 65_536; number++) tally.sent(number)
  t.equal(tally.inFlight, 65_536)
})

t.test('latencies run from the stamp to now', async (t) => {
  const clock = { nowUs: () => 5_000 }
  const tally = new Tally({ rooms: 1, membersPerRoom: 2, publishersPerRoom: 2, latencyEvery: 1 }, clock)
  tally.sent(0)
  deliver(tally, { to: 1, from: 0, number: 0, sentUs: 3_000 })
  t.match(tally.latencies.distribution(), { count: 1, max: 2 })
})

interface Copy {
  readonly to: number
  readonly from: number
  readonly number: number
  readonly seq?: number
  readonly sentUs?: number
}

function tallyOf ({ rooms = 1, membersPerRoom, publishersPerRoom = membersPerRoom }: { rooms?: number, membersPerRoom: number, publishersPerRoom?: number }): Tally {
  return new Tally({ rooms, membersPerRoom, publishersPerRoom, latencyEvery: 1 }, new RunClock())
}

function deliver (tally: Tally, { to, from, number, seq = 0, sentUs = 0 }: Copy): void {
  const bytes = Buffer.from(EMPTY_STAMP)
  writeStamp(bytes, 0, { sender: from, number, sentUs })
  tally.delivered(to, bytes, 0, seq)
}
