import t from 'tap'
import type { Receipt, Verdict } from './account.ts'
import { Checker } from './checker.ts'
import { WRONGS } from './findings.ts'

const TOPIC = 'room:a'
const EPOCH = 'first'

/** A history by hand: `ada` writes, `bob` receives from 10 on, unless a test says otherwise. */
class Story {
  readonly checker = new Checker()
  readonly ids: string[] = []

  constructor (receivers: readonly string[] = ['bob']) {
    for (const receiver of receivers) this.checker.begin(receiver, TOPIC, { epoch: EPOCH, seq: 10 })
  }

  /** Sends and gets the ack, with the next id. */
  publish (seq: number, sender = 'ada', epoch = EPOCH): string {
    const id = this.send(sender)
    this.checker.ack(TOPIC, id, { epoch, seq })
    return id
  }

  send (sender = 'ada'): string {
    return this.checker.sends({ sender, topic: TOPIC, content: 'hello' })
  }

  deliver (seq: number, id: string, more: Partial<Receipt> = {}): void {
    this.checker.receive({ receiver: 'bob', topic: TOPIC, position: { epoch: EPOCH, seq }, id, content: 'hello', ...more })
  }

  resume (seq: number, missed: number, answered = seq): void {
    const at = (seq: number) => ({ epoch: EPOCH, seq })
    this.checker.resumed({ receiver: 'bob', topic: TOPIC, asked: at(seq), answer: at(answered) }, missed)
  }

  loseTrack (from: number, to: number, epoch = EPOCH): void {
    this.checker.lostTrack({ receiver: 'bob', topic: TOPIC, asked: { epoch: EPOCH, seq: from }, answer: { epoch, seq: to } })
  }
}

/** What was wrong, by kind; only what was. */
function wrongs (verdict: Verdict): Record<string, number> {
  return Object.fromEntries(WRONGS.map((kind) => [kind, verdict[kind]]).filter(([, count]) => count !== 0))
}

t.test('everything once and in order is right, and counted', async (t) => {
  const story = new Story()
  for (const seq of [11, 12, 13]) story.deliver(seq, story.publish(seq))
  const verdict = story.checker.finish()
  t.strictSame(wrongs(verdict), {})
  t.match(verdict, { sent: 3, acked: 3, delivered: 3, own: 0, refused: 0, gaps: 0 })
})

t.test('a message may come before its ack', async (t) => {
  const story = new Story()
  const id = story.send()
  story.deliver(11, id)
  story.checker.ack(TOPIC, id, { epoch: EPOCH, seq: 11 }, true)
  const verdict = story.checker.finish()
  t.strictSame(wrongs(verdict), {})
  t.equal(verdict.duplicates, 1)
})

t.test('lost: an acked message was passed', async (t) => {
  const story = new Story()
  story.publish(11)
  story.deliver(12, story.publish(12))
  t.strictSame(wrongs(story.checker.finish()), { lost: 1 })
})

t.test('lost: the ack of a message comes after it was passed', async (t) => {
  const story = new Story()
  const id = story.send()
  story.deliver(12, story.publish(12))
  t.strictSame(wrongs(story.checker.verdict()), {})
  story.checker.ack(TOPIC, id, { epoch: EPOCH, seq: 11 })
  t.strictSame(wrongs(story.checker.finish()), { lost: 1 })
})

t.test('lost: the last message never came', async (t) => {
  const story = new Story()
  story.deliver(11, story.publish(11))
  story.publish(12)
  t.strictSame(story.checker.behind(), ['bob lacks ada/2 at room:a/12'])
  t.strictSame(wrongs(story.checker.finish()), { lost: 1 })
})

t.test('lost: a new epoch that the receiver was never told of', async (t) => {
  const story = new Story()
  story.deliver(11, story.publish(11))
  story.publish(1, 'ada', 'second')
  t.strictSame(wrongs(story.checker.finish()), { lost: 1 })
})

t.test('not lost: from before the first position, one\'s own, or refused', async (t) => {
  const story = new Story()
  story.publish(10)
  story.publish(11, 'bob')
  story.checker.refuse(TOPIC, story.send())
  story.deliver(12, story.publish(12))
  story.publish(13, 'bob')
  const verdict = story.checker.finish()
  t.strictSame(wrongs(verdict), {})
  t.equal(verdict.refused, 1)
})

t.test('not lost: what the receiver was told to miss', async (t) => {
  const story = new Story()
  for (const seq of [11, 12]) story.publish(seq)
  story.checker.gap('bob', TOPIC, 11, 12)
  story.deliver(13, story.publish(13))
  for (const seq of [14, 15, 16]) story.publish(seq)
  story.loseTrack(13, 16)
  story.deliver(17, story.publish(17))
  for (const seq of [18, 19]) story.publish(seq)
  for (const seq of [1, 2, 3]) story.publish(seq, 'ada', 'second')
  story.loseTrack(17, 2, 'second')
  story.deliver(3, 'ada/12', { position: { epoch: 'second', seq: 3 } })
  const verdict = story.checker.finish()
  t.strictSame(wrongs(verdict), {})
  t.match(verdict, { gaps: 1, resumedFalse: 2, delivered: 3 })
})

t.test('lost: a notice covers nothing below the position that it was asked from, and nothing behind the answer', async (t) => {
  const story = new Story()
  for (const seq of [11, 12, 13, 14]) story.publish(seq)
  story.loseTrack(11, 13)
  t.strictSame(wrongs(story.checker.finish()), { lost: 2 })
})

t.test('lost: a gap covers nothing behind it', async (t) => {
  const story = new Story()
  for (const seq of [11, 12, 13]) story.publish(seq)
  story.checker.gap('bob', TOPIC, 11, 12)
  t.strictSame(wrongs(story.checker.finish()), { lost: 1 })
})

t.test('doubled: the same number again', async (t) => {
  const story = new Story()
  const id = story.publish(11)
  story.deliver(11, id)
  story.deliver(11, id)
  t.strictSame(wrongs(story.checker.finish()), { doubled: 1 })
})

t.test('doubled: one id under two numbers, be it in frames or in acks', async (t) => {
  const story = new Story()
  const id = story.publish(11)
  story.deliver(11, id)
  story.deliver(12, id)
  t.strictSame(wrongs(story.checker.verdict()), { doubled: 1 })
  story.checker.ack(TOPIC, id, { epoch: EPOCH, seq: 13 })
  t.strictSame(wrongs(story.checker.finish()), { doubled: 2 })
})

t.test('doubled: once more after all had it, and it was forgotten', async (t) => {
  const story = new Story()
  for (let seq = 11; seq < 2_000; seq += 1) story.deliver(seq, story.publish(seq))
  story.deliver(2_000, 'ada/1')
  t.strictSame(wrongs(story.checker.finish()), { doubled: 1 })
})

t.test('reordered: a number below one that came before', async (t) => {
  const story = new Story()
  const [first, second] = [story.send(), story.publish(12)]
  story.deliver(12, second)
  story.deliver(11, first)
  story.checker.ack(TOPIC, first, { epoch: EPOCH, seq: 11 })
  t.strictSame(wrongs(story.checker.finish()), { reordered: 1 })
})

t.test('reordered, not lost, when it had been acked before it was passed', async (t) => {
  const story = new Story()
  const [first, second] = [story.publish(11), story.publish(12)]
  story.deliver(12, second)
  t.strictSame(wrongs(story.checker.verdict()), { lost: 1 })
  story.deliver(11, first)
  t.strictSame(wrongs(story.checker.finish()), { reordered: 1 })
})

t.test('unexplained: never sent, altered, refused, or never answered', async (t) => {
  const story = new Story()
  story.deliver(11, 'ada/1')
  story.deliver(12, story.publish(12), { content: 'hullo' })
  const refused = story.send()
  story.checker.refuse(TOPIC, refused)
  story.deliver(13, refused)
  t.strictSame(wrongs(story.checker.verdict()), { unexplained: 3 })
  story.deliver(14, story.send())
  t.strictSame(wrongs(story.checker.finish()), { unexplained: 4 })
})

t.test('a refused message may come when an earlier attempt had no answer', async (t) => {
  const story = new Story()
  const id = story.send()
  story.checker.refuse(TOPIC, id, true)
  story.deliver(11, id)
  t.strictSame(wrongs(story.checker.finish()), {})
})

t.test('unexplained: two messages under one number', async (t) => {
  const story = new Story(['bob', 'eve'])
  story.deliver(11, story.publish(11))
  story.deliver(11, story.send(), { receiver: 'eve' })
  t.match(wrongs(story.checker.verdict()), { unexplained: 1 })
})

t.test('a replay of as many as were announced is right, own messages among them', async (t) => {
  const story = new Story()
  const ids = [story.publish(11), story.publish(12, 'bob'), story.publish(13)]
  story.resume(10, 3)
  ids.forEach((id, index) => story.deliver(11 + index, id))
  story.resume(13, 0)
  const verdict = story.checker.finish()
  t.strictSame(wrongs(verdict), {})
  t.match(verdict, { delivered: 2, own: 1, resumedTrue: 2, replays: 1 })
})

t.test('unexplained: a replay with holes, with too little, or from another place', async (t) => {
  const holes = new Story()
  const ids = [holes.publish(11, 'bob'), holes.publish(12)]
  holes.resume(10, 2)
  holes.deliver(12, ids[1] ?? '')
  t.strictSame(wrongs(holes.checker.finish()), { unexplained: 1 })
  const few = new Story()
  few.resume(10, 2)
  few.deliver(11, few.publish(11))
  t.strictSame(wrongs(few.checker.finish()), { unexplained: 1 })
  const elsewhere = new Story()
  elsewhere.resume(10, 0, 12)
  t.strictSame(wrongs(elsewhere.checker.finish()), { unexplained: 1 })
})

t.test('lost: a false true, which says that nothing was missed', async (t) => {
  const story = new Story()
  story.publish(11)
  story.resume(10, 0)
  story.deliver(12, story.publish(12))
  t.strictSame(wrongs(story.checker.finish()), { lost: 1 })
})

t.test('unexplained: an answer that does not reach what was acked before the question', async (t) => {
  const story = new Story()
  const ids = [story.publish(11), story.publish(12)]
  story.checker.ask('bob', TOPIC)
  story.resume(10, 1)
  ids.forEach((id, index) => story.deliver(11 + index, id))
  t.strictSame(wrongs(story.checker.verdict()), { unexplained: 1 })
  story.checker.ask('bob', TOPIC)
  story.loseTrack(12, 11)
  story.checker.ask('eve', TOPIC)
  story.checker.begin('eve', TOPIC, { epoch: EPOCH, seq: 11 })
  t.equal(story.checker.finish().unexplained, 3)
})

t.test('an interrupted replay is not waited for', async (t) => {
  const story = new Story()
  const ids = [story.publish(11), story.publish(12)]
  story.resume(10, 2)
  story.deliver(11, ids[0] ?? '')
  story.checker.ask('bob', TOPIC)
  story.resume(11, 1)
  story.deliver(12, ids[1] ?? '')
  t.strictSame(wrongs(story.checker.finish()), {})
})

t.test('what all have passed is forgotten; whoever stays behind is waited for', async (t) => {
  const story = new Story(['bob', 'eve'])
  for (let seq = 11; seq <= 10_010; seq += 1) {
    const id = story.publish(seq)
    story.deliver(seq, id)
    if (seq <= 9_000) story.deliver(seq, id, { receiver: 'eve' })
  }
  t.ok(story.checker.remembered < 2_000, `${story.checker.remembered} are remembered`)
  t.strictSame(story.checker.behind(), ['eve lacks ada/8991 at room:a/9001'])
  t.strictSame(wrongs(story.checker.finish()), { lost: 1_010 })
})
