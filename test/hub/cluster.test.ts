import { Type } from '@sinclair/typebox'
import t from 'tap'
import { Cluster, missingNodes, questionKind } from '../../src/hub/cluster.ts'
import { linkRelays } from '../support/linked-relays.ts'
import type { Teardown } from '../helper.ts'

const double = questionKind('double', Type.Object({ n: Type.Number() }), Type.Number())

function clusters (t: Teardown, count: number): Cluster[] {
  return linkRelays(t, count).map((relay) => new Cluster(relay))
}

t.test('every node is asked, the asking one too, and each answer says whose it is', async (t) => {
  const [first, second] = clusters(t, 2)
  first?.answer(double, ({ n }) => n * 2)
  second?.answer(double, async ({ n }) => n * 20)
  t.same(await first?.ask(double, { n: 4 }), { answers: [{ node: 'node-1', answer: 8 }, { node: 'node-2', answer: 80 }], missing: [] })
})

t.test('an answer of another shape, a failure, and a kind that a node does not know count as missing', async (t) => {
  const [first, wrong, failing] = clusters(t, 4)
  const loose = questionKind('double', Type.Object({}), Type.Unknown())
  first?.answer(double, ({ n }) => n * 2)
  wrong?.answer(loose, () => 'eight')
  failing?.answer(double, () => { throw new Error('out of order') })
  const { answers, missing } = await first?.ask(double, { n: 4 }) ?? {}
  t.same([answers, [...missing ?? []].sort()], [[{ node: 'node-1', answer: 8 }], ['node-2', 'node-3', 'node-4']])
})

t.test('a question of another shape is not answered', async (t) => {
  const [first] = clusters(t, 1)
  first?.answer(double, ({ n }) => n * 2)
  const vague = questionKind('double', Type.Object({}), Type.Number())
  t.same(await first?.ask(vague, {}), { answers: [], missing: ['node-1'] })
})

t.test('missing nodes are a field of an answer only where there are any', async (t) => {
  t.same([missingNodes([]), missingNodes(['node-2'])], [{}, { missing_nodes: ['node-2'] }])
})
