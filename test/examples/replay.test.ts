import t, { type Test } from 'tap'
import { parseLog } from '../../examples/replay/parse-log.ts'
import { makePlan } from '../../examples/replay/plan.ts'
import { Replay, type ReplayResult } from '../../examples/replay/replay.ts'
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

async function replayThrough (t: Test, faults: FakeHubFaults): Promise<ReplayResult> {
  const url = await startFakeHub(t, faults)
  const plan = makePlan(parseLog(Buffer.from(day.join('\n'))).events)
  return await new Replay(plan, { url, room: 'general', tokenFor: tokenMaker('s'.repeat(32)) }).run()
}
