import t from 'tap'
import { Ledger, type Copy, type Stay } from '../../examples/replay/ledger.ts'
import { isPerfect, judge, type Verdict } from '../../examples/replay/verdict.ts'

const clean = { expected: 2, received: 2, lost: 0, doubled: 0, reordered: 0, strays: 0, identical: 2 }

t.test('two messages that bob got once, in order and unchanged are perfect', async (t) => {
  const verdict = verdictOn((bob) => { bob(1, 'one'); bob(2, 'two') })
  t.strictSame(verdict, clean)
  t.ok(isPerfect(verdict))
})

t.test('a message that did not come is lost', async (t) => {
  const verdict = verdictOn((bob) => { bob(1, 'one') })
  t.strictSame(verdict, { ...clean, received: 1, lost: 1, identical: 1 })
  t.notOk(isPerfect(verdict))
})

t.test('a message that came twice is doubled, in a row or later', async (t) => {
  t.match(verdictOn((bob) => { bob(1, 'one'); bob(1, 'one'); bob(2, 'two') }), { doubled: 1, reordered: 0, received: 3 })
  const late = verdictOn((bob) => { bob(1, 'one'); bob(2, 'two'); bob(1, 'one') })
  t.match(late, { doubled: 1, reordered: 0, lost: 0 })
  t.notOk(isPerfect(late))
})

t.test('a message that came after a later one is reordered', async (t) => {
  const verdict = verdictOn((bob) => { bob(2, 'two'); bob(1, 'one') })
  t.strictSame(verdict, { ...clean, reordered: 1 })
  t.notOk(isPerfect(verdict))
})

t.test('a doubled message does not make up for a lost one', async (t) => {
  const verdict = verdictOn((bob) => { bob(1, 'one'); bob(1, 'one') })
  t.match(verdict, { expected: 2, received: 2, lost: 1, doubled: 1 })
})

t.test('a copy with another text, mark or sender is not identical', async (t) => {
  const altered: Array<Partial<Copy>> = [{ content: '\uFEFFone' }, { content: 'one ' }, { content: 1 }, { action: true }, { senderId: 'eve' }]
  for (const change of altered) {
    const verdict = verdictOn((bob) => { bob(1, 'one', change); bob(2, 'two') })
    t.strictSame(verdict, { ...clean, identical: 1 })
    t.notOk(isPerfect(verdict))
  }
})

t.test('one altered copy among good ones is found, also when it came first', async (t) => {
  const ledger = new Ledger()
  const stays = ['bob', 'cid', 'dan'].map((id) => join(ledger, id))
  stays.forEach((stay, index) => ledger.arrived(stay, 1, copyOf(index === 0 ? 'changed' : 'one')))
  say(ledger, { seq: 1, line: 1, text: 'one', due: 3 })
  t.match(judge(ledger), { received: 3, lost: 0, identical: 2 })
})

t.test('messages of one person placed in another order than said are reordered', async (t) => {
  const ledger = new Ledger()
  say(ledger, { seq: 2, line: 1, text: 'one', due: 0 })
  say(ledger, { seq: 1, line: 2, text: 'two', due: 0 })
  t.match(judge(ledger), { expected: 0, reordered: 1 })
})

t.test('an own message, one from before the join, one from after the leave and one that nobody sent are strays', async (t) => {
  const ledger = new Ledger()
  say(ledger, { seq: 1, line: 1, text: 'one', due: 0 })
  const [ada, bob] = [join(ledger, 'ada'), join(ledger, 'bob', 1)]
  ledger.left(bob)
  say(ledger, { seq: 2, line: 2, text: 'two', due: 0 })
  ledger.arrived(ada, 1, copyOf('one'))
  for (const seq of [1, 2, 3]) ledger.arrived(bob, seq, copyOf('?'))
  t.match(judge(ledger), { received: 4, strays: 4, lost: 0 })
})

t.test('a message that was never acked is lost', async (t) => {
  const ledger = new Ledger()
  ledger.sent(3)
  t.match(judge(ledger), { expected: 3, lost: 3 })
})

t.test('the ledger says when a message has reached everybody, whichever comes last', async (t) => {
  const ledger = new Ledger()
  const bob = join(ledger, 'bob')
  t.notOk(ledger.arrived(bob, 1, copyOf('one')))
  t.ok(say(ledger, { seq: 1, line: 1, text: 'one', due: 1 }))
  t.notOk(say(ledger, { seq: 2, line: 2, text: 'two', due: 1 }))
  t.ok(ledger.arrived(bob, 2, copyOf('two')))
})

t.test('a place in the order is given only once', async (t) => {
  const ledger = new Ledger()
  say(ledger, { seq: 1, line: 4, text: 'one', due: 0 })
  t.throws(() => say(ledger, { seq: 1, line: 5, text: 'two', due: 0 }), /seq 1 .* line 4/)
})

/** Ada says `one` and `two`; `tell` decides what arrives at bob. */
function verdictOn (tell: (bob: (seq: number, content: string, change?: Partial<Copy>) => void) => void): Verdict {
  const ledger = new Ledger()
  const bob = join(ledger, 'bob')
  say(ledger, { seq: 1, line: 1, text: 'one', due: 1 })
  say(ledger, { seq: 2, line: 2, text: 'two', due: 1 })
  tell((seq, content, change) => ledger.arrived(bob, seq, { ...copyOf(content), ...change }))
  return judge(ledger)
}

function join (ledger: Ledger, personId: string, position = 0): Stay {
  const stay = ledger.openStay(personId)
  ledger.joined(stay, position)
  return stay
}

function say (ledger: Ledger, said: { seq: number, line: number, text: string, due: number }): boolean {
  const { seq, line, text, due } = said
  ledger.sent(due)
  return ledger.acked(seq, { senderId: 'ada', line, text, action: false }, due)
}

function copyOf (content: string): Copy {
  return { senderId: 'ada', content, action: false }
}
