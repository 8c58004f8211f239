import t from 'tap'
import { readOptions } from '../../bench/client/options.ts'

t.test('everything has a default', async (t) => {
  t.match(readOptions([]), { rounds: 3, messages: 200_000, outFolder: /bench$/, help: false })
})

t.test('flags are read', async (t) => {
  t.strictSame(readOptions(['--rounds', '5', '--messages', '1000', '--out', 'x', '--help']), { rounds: 5, messages: 1_000, outFolder: 'x', help: true })
})

t.test('a wrong number is named', async (t) => {
  t.throws(() => readOptions(['--rounds', '0']), { message: '--rounds: expected a whole number from 1 to 100, got 0' })
  t.throws(() => readOptions(['--messages', '1.5']), { message: '--messages: expected a whole number from 100 to 1000000, got 1.5' })
  t.throws(() => readOptions(['--scene', 'a1']), /--scene/)
})
