import t from 'tap'
import { parseFlags } from '../../src/cli/parse-flags.ts'
import { UsageError } from '../../src/cli/usage-error.ts'

const options = { port: { type: 'string' }, role: { type: 'string', multiple: true }, raw: { type: 'boolean' } } as const
const complaint = (args: string[]) => {
  try {
    parseFlags(args, options)
  } catch (error) {
    return error instanceof UsageError ? error.message : String(error)
  }
}

t.test('flags are read in both spellings, some more than once', async (t) => {
  t.match(parseFlags(['--port', '1', '--role=a', '--role', 'b', '--raw'], options), { port: '1', role: ['a', 'b'], raw: true })
})

t.test('an unknown flag is named, with the nearest known one', async (t) => {
  t.equal(complaint(['--prt', '1']), 'unknown flag --prt (did you mean --port?)')
  t.equal(complaint(['--something']), 'unknown flag --something')
  t.equal(complaint(['-x']), 'unknown flag -x')
})

t.test('a flag without its value is named on one line', async (t) => {
  t.match(complaint(['--port']), /^[^\n]*--port[^\n]*argument missing$/)
  t.match(complaint(['--port', '--raw']), /^[^\n]*--port[^\n]*ambiguous$/)
})

t.test('an empty value is a mistake, as an unset variable of a shell makes it', async (t) => {
  t.equal(complaint(['--port', '']), '--port: expected a value, got an empty one')
  t.equal(complaint(['--role', 'a', '--role=']), '--role: expected a value, got an empty one')
})

t.test('an argument that belongs to no flag is named', async (t) => {
  t.equal(complaint(['here']), 'unexpected argument here')
})

t.test('a token that belongs to no flag is not shown', async (t) => {
  t.equal(complaint(['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln']), 'unexpected argument ***')
})
