import t from 'tap'
import { BenchProgress } from '../../src/cli/bench-progress.ts'
import { TestWorld } from '../support/cli-world.ts'

/** Shows two steps at once and the end. */
async function progressIn (world: TestWorld): Promise<string> {
  const progress = new BenchProgress(world)
  progress.show('connecting', 1_500, 2_000)
  progress.show('connecting', 1_501, 2_000)
  progress.end()
  await new Promise((resolve) => { setImmediate(resolve) })
  return world.seen.stderr
}

t.test('in a log progress takes a line, and not one for each step', async (t) => {
  t.equal(await progressIn(new TestWorld()), 'wshub: connecting: 1,500 of 2,000\n')
})

t.test('on a terminal one line is written anew and erased at the end', async (t) => {
  const world = new TestWorld()
  Object.assign(world.stderr, { isTTY: true })
  t.equal(await progressIn(world), '\r\x1b[Kconnecting: 1,500 of 2,000\r\x1b[K')
})

t.test('times are told in seconds', async (t) => {
  const world = new TestWorld()
  new BenchProgress(world).show('measuring', 3, 10)
  await new Promise((resolve) => { setImmediate(resolve) })
  t.equal(world.seen.stderr, 'wshub: measuring: 3 of 10 s\n')
})
