import t from 'tap'
import { readChurnOptions } from './options.ts'

t.test('reads what is asked for', async (t) => {
  const options = readChurnOptions(['--cycles', '600', '--seed', '7', '--lanes', '5'])
  t.strictSame(options, { cycles: 600, warmUp: 0.05, seed: 7, lanes: 5, keepS: 20, pingMs: 1_000, help: false })
})

t.test('has defaults, and a seed by chance', async (t) => {
  const { seed, ...others } = readChurnOptions([])
  t.strictSame(others, { cycles: 1_000_000, warmUp: 0.05, lanes: 96, keepS: 20, pingMs: 1_000, help: false })
  t.ok(Number.isInteger(seed))
  t.equal(readChurnOptions(['--help']).help, true)
})

t.test('refuses what it does not understand', async (t) => {
  for (const args of [['--cycles', '0'], ['--lanes', 'many'], ['--seed', '-1'], ['--minutes', '3'], ['word']]) t.throws(() => readChurnOptions(args), args.join(' '))
})
