import t from 'tap'
import type { Verdict } from './account.ts'
import { Checker } from './checker.ts'
import { Follower } from './follower.ts'

const TOPIC = 'room:a'
const at = (seq: number, epoch = 'first') => ({ epoch, seq })

/** A follower that stands at 10, and somebody who has published 11 to 20. */
function setUp (): { checker: Checker, follower: Follower, bring: (...seqs: readonly number[]) => void } {
  const checker = new Checker()
  const follower = new Follower({ receiver: 'bob', topic: TOPIC, checker })
  follower.answered(at(10))
  for (let seq = 11; seq <= 20; seq += 1) checker.ack(TOPIC, checker.sends({ sender: 'ada', topic: TOPIC, content: 'hello' }), at(seq))
  const bring = (...seqs: readonly number[]): void => {
    for (const seq of seqs) follower.frame({ seq, id: `ada/${seq - 10}`, content: 'hello' })
  }
  return { checker, follower, bring }
}

function wrongs ({ lost, doubled, reordered, unexplained }: Verdict): number {
  return lost + doubled + reordered + unexplained
}

t.test('the position is the highest number of a frame or an ack', async (t) => {
  const { follower, bring } = setUp()
  t.strictSame(follower.position, at(10))
  bring(11, 12)
  t.strictSame(follower.position, at(12))
  follower.acked(at(15))
  t.strictSame(follower.position, at(15))
  follower.acked(at(14))
  follower.acked(at(90, 'second'))
  t.strictSame(follower.position, at(15), 'not of an older one, nor of another epoch')
})

t.test('while it asks, frames and gaps do not count', async (t) => {
  const { checker, follower, bring } = setUp()
  bring(11)
  follower.ask()
  t.notOk(follower.isFollowing)
  bring(12, 13)
  t.notOk(follower.gap(12, 13))
  t.strictSame(follower.position, at(11))
  follower.answered({ ...at(11), recovered: true, missed: 9 })
  bring(12, 13, 14, 15, 16, 17, 18, 19, 20)
  t.equal(wrongs(checker.finish()), 0)
  t.equal(checker.verdict().gaps, 0)
})

t.test('an ack moves the position only once the replay is there', async (t) => {
  const { follower, bring } = setUp()
  follower.ask()
  follower.acked(at(12))
  follower.answered({ ...at(10), recovered: true, missed: 2 })
  t.notOk(follower.isSettled)
  follower.acked(at(25))
  bring(11)
  t.strictSame(follower.position, at(11))
  bring(12)
  t.ok(follower.isSettled)
  t.strictSame(follower.position, at(25))
})

t.test('a cut in mid-replay goes on where the replay was', async (t) => {
  const { checker, follower, bring } = setUp()
  follower.ask()
  follower.answered({ ...at(10), recovered: true, missed: 10 })
  bring(11, 12)
  follower.acked(at(20))
  follower.ask()
  t.strictSame(follower.position, at(12))
  follower.answered({ ...at(12), recovered: true, missed: 8 })
  bring(13, 14, 15, 16, 17, 18, 19, 20)
  t.equal(wrongs(checker.finish()), 0)
})

t.test('not recovered: it goes on where the answer stands, in its epoch', async (t) => {
  const { checker, follower } = setUp()
  follower.ask()
  follower.answered({ ...at(3, 'second'), recovered: false })
  t.ok(follower.isSettled)
  t.strictSame(follower.position, at(3, 'second'))
  t.match(checker.finish(), { lost: 0, resumedFalse: 1 })
})

t.test('a gap is told, and is to be asked for', async (t) => {
  const { checker, follower } = setUp()
  t.ok(follower.gap(11, 20))
  t.match(checker.finish(), { lost: 0, gaps: 1 })
})
