import t, { type Test } from 'tap'
import { parseLog } from '../../examples/replay/parse-log.ts'
import { makePlan } from '../../examples/replay/plan.ts'
import { Replay, type ReplayResult, type ReplayTarget } from '../../examples/replay/replay.ts'
import { isSuccess } from '../../examples/replay/table.ts'
import { tokenMaker } from '../../examples/replay/tokens.ts'
import { startFakeHub, type FakeHubFaults } from './fake-hub.ts'

const day = ['[00:01] <ada> one', '[00:01] <bob> two', '[00:02] <ada> three', '[00:02]  * bob four']

t.test('a hub that keeps its promises passes', async (t) => {
  const result = await replayThrough(t, {})
  t.match(result.verdict, { expected: 4, received: 4, lost: 0, doubled: 0, reordered: 0, strays: 0, identical: 4 })
  t.ok(isSuccess(result))
})

t.test('a hub that doubles one message fails', async (t) => {
  const result = await replayThrough(t, { deliver: (frame, seq) => seq === 2 ? [frame, frame] : [frame] })
  t.match(result.verdict, { expected: 4, received: 5, doubled: 1 })
  t.notOk(isSuccess(result))
})

t.test('a hub that changes one byte fails', async (t) => {
  const result = await replayThrough(t, { deliver: (frame) => [frame.replace('three', 'thre3')] })
  t.match(result.verdict, { received: 4, identical: 3 })
  t.notOk(isSuccess(result))
})

t.test('a refused message ends the replay, which names its line and the person', async (t) => {
  const result = await replayThrough(t, { refuses: (content) => content === 'three' })
  t.match(result.failure?.message, /^line 3, ada: error /)
  t.notOk(isSuccess(result))
})

t.test('a frame that is no envelope ends the replay', async (t) => {
  const result = await replayThrough(t, { deliver: () => ['[]'] })
  t.match(result.failure?.message, /no envelope/)
  t.notOk(isSuccess(result))
})

t.test('who joins goes to one node after the other, and nodes that nothing joins are found out', async (t) => {
  const urls = [await startFakeHub(t, {}), await startFakeHub(t, {})]
  const plan = makePlan(parseLog(Buffer.from('[00:01] <ada> one\n[00:01] <bob> two\n[00:01] <cid> three')).events)
  const joins = { ...plan, steps: plan.steps.filter(({ kind }) => kind !== 'say') }
  const result = await new Replay(joins, { urls, room: 'general', tokenFor: tokenMaker('s'.repeat(32)), presenceSettleMs: 60 }).run()
  t.match(result.presence?.wrong, [/^node 1, 3 people .* missing: bob$/, /^node 2, 3 people .* missing: ada, cid$/])
})

t.test('a node that knows who is there passes, before the last leave and after', async (t) => {
  const result = await replayThrough(t, {}, { presenceSettleMs: 60 })
  t.strictSame(result.presence, { nodes: 1, checks: 2, wrong: [] })
  t.ok(isSuccess(result))
})

t.test('a node that forgets somebody fails, and is named', async (t) => {
  const result = await replayThrough(t, { hides: (userId) => userId === 'bob' }, { presenceSettleMs: 60 })
  t.strictSame(result.presence, { nodes: 1, checks: 2, wrong: ['node 1, 2 people in the room: missing: bob'] })
  t.notOk(isSuccess(result))
})

async function replayThrough (t: Test, faults: FakeHubFaults, more: Pick<ReplayTarget, 'presenceSettleMs'> = {}): Promise<ReplayResult> {
  const urls = [await startFakeHub(t, faults)]
  const plan = makePlan(parseLog(Buffer.from(day.join('\n'))).events)
  return await new Replay(plan, { urls, room: 'general', tokenFor: tokenMaker('s'.repeat(32)), ...more }).run()
}
