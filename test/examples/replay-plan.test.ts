import t from 'tap'
import { parseLog } from '../../examples/replay/parse-log.ts'
import { makePlan, type Plan } from '../../examples/replay/plan.ts'

t.test('who speaks without having joined is there from the start, who joins comes then', async (t) => {
  const plan = planOf('[00:01] <ada> 1', '=== bob [h]  has joined #x', '[00:01] <bob> 2')
  t.strictSame(script(plan), ['join ada', 'ada: 1', 'join bob', 'bob: 2', 'leave ada bob'])
})

t.test('a rename keeps the person, whatever the nick', async (t) => {
  const plan = planOf('[00:01] <ada> 1', '=== ada is now known as ada_', '[00:01] <ada_> 2', '[00:01]  * ada_ 3')
  t.strictSame(script(plan), ['join ada', 'ada: 1', 'ada: 2', 'ada* 3', 'leave ada'])
})

t.test('a rename is the first that the log says of somebody', async (t) => {
  const plan = planOf('=== ada is now known as zoe', '[00:01] <zoe> 1')
  t.strictSame(script(plan), ['join ada', 'ada: 1', 'leave ada'])
})

t.test('joins in a row are one step, and so are leaves', async (t) => {
  const plan = planOf('=== a [h]  has joined #x', '=== b [h]  has joined #x', '=== a [h]  has left #x []', '=== b [h]  has left #x []')
  t.strictSame(script(plan), ['join a b', 'leave a b'])
})

t.test('who left and comes back is the same user', async (t) => {
  const plan = planOf('[00:01] <ada> 1', '=== ada [h]  has left #x []', '=== ada [h]  has joined #x', '[00:02] <ada> 2')
  t.strictSame(script(plan), ['join ada', 'ada: 1', 'leave ada', 'join ada', 'ada: 2', 'leave ada'])
  t.equal(plan.people.length, 1)
})

t.test('who speaks after a leave comes back first', async (t) => {
  const plan = planOf('=== ada [h]  has left #x []', '[00:02] <ada> 2')
  t.strictSame(script(plan), ['join ada', 'leave ada', 'join ada', 'ada: 2', 'leave ada'])
})

t.test('who joins while still there had gone without the log saying so', async (t) => {
  const plan = planOf('[00:01] <ada> 1', '=== ada [h]  has joined #x')
  t.strictSame(script(plan), ['join ada', 'ada: 1', 'leave ada', 'join ada', 'leave ada'])
})

t.test('whose nick is taken by another had gone, and the words under it are the other\'s', async (t) => {
  const plan = planOf('[00:01] <ada> 1', '[00:01] <ada_> 2', '=== ada_ is now known as ada', '[00:02] <ada> 3')
  t.strictSame(script(plan), ['join ada ada_', 'ada: 1', 'ada_: 2', 'leave ada', 'ada_: 3', 'leave ada_'])
})

t.test('a nick whose person goes by another one now belongs to a new user', async (t) => {
  const plan = planOf('=== ubuntu is now known as ada', '[00:02] <ubuntu> 1')
  t.strictSame(script(plan), ['join ubuntu', 'join ubuntu#2', 'ubuntu#2: 1', 'leave ubuntu ubuntu#2'])
  t.match(plan.people, [{ id: 'ubuntu', name: 'ubuntu' }, { id: 'ubuntu#2', name: 'ubuntu' }])
})

t.test('messages keep the line they stand in', async (t) => {
  const plan = planOf('=== mode/#x [+o b]  by c', '[00:02] <ada> 1')
  t.match(plan.steps, [{ kind: 'join', line: 1 }, { kind: 'say', line: 2 }, { kind: 'leave', line: 2 }])
  t.equal(plan.messageCount, 1)
})

function planOf (...lines: string[]): Plan {
  return makePlan(parseLog(Buffer.from(lines.join('\n'))).events)
}

function script ({ steps }: Plan): string[] {
  return steps.map((step) => {
    if (step.kind === 'say') return `${step.person.id}${step.action ? '*' : ':'} ${step.text}`
    return `${step.kind} ${step.people.map(({ id }) => id).join(' ')}`
  })
}
