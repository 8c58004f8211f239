import t from 'tap'
import { readOptions } from './soak-options.ts'

t.test('reads what is asked for', async (t) => {
  const args = ['--minutes', '3', '--messages', '1000', '--seed', '7', '--rate', '50', '--nodes', '2', '--clients', '12']
  t.strictSame(readOptions(args), { durationMs: 180_000, messages: 1_000, seed: 7, rate: 50, nodes: 2, clients: 12, help: false })
})

t.test('has defaults, and a seed by chance', async (t) => {
  const { seed, ...others } = readOptions([])
  t.strictSame(others, { durationMs: 1_200_000, messages: 0, rate: 400, nodes: 3, clients: 24, help: false })
  t.ok(Number.isInteger(seed))
  t.equal(readOptions(['--help']).help, true)
})

t.test('refuses what it does not understand', async (t) => {
  for (const args of [['--minutes', 'many'], ['--rate', '0'], ['--nodes', '17'], ['--clients', '1'], ['--seed', '-1'], ['--unknown'], ['word']]) {
    t.throws(() => readOptions(args), args.join(' '))
  }
})
