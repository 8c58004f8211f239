import t from 'tap'
import { listSettings } from '../../config/env-schema.ts'
import { commands } from '../../src/cli/commands.ts'
import { cli } from '../support/cli-world.ts'

t.test('help lists all commands and all settings', async (t) => {
  const { code, stdout, stderr } = await cli(['--help'])
  t.equal(code, 0)
  t.equal(stderr, '')
  for (const name of [...Object.keys(commands), ...listSettings().map(({ env }) => env)]) t.ok(stdout.includes(name), name)
})

t.test('help comes in several spellings', async (t) => {
  const { stdout } = await cli(['--help'])
  for (const args of [['help'], ['-h'], ['help', '--help']]) t.equal((await cli(args)).stdout, stdout)
})

t.test('each command explains itself and all its flags, also beside other flags', async (t) => {
  for (const name of Object.keys(commands)) {
    const { code, stdout } = await cli([name, '--nonsense', '--help'])
    t.equal(code, 0)
    t.ok(stdout.startsWith(`Usage: wshub ${name}`))
    t.equal((await cli(['help', name])).stdout, stdout)
  }
})

t.test('no command at all is a mistake', async (t) => {
  t.same(await cli([]), { code: 2, stdout: '', stderr: 'wshub: expected a command; see wshub --help\n' })
})

t.test('an unknown command is named, with the nearest known one', async (t) => {
  const { code, stderr } = await cli(['strat'])
  t.equal(code, 2)
  t.equal(stderr, 'wshub: unknown command strat (did you mean start?); see wshub --help\n')
})

t.test('an unknown flag in place of a command is named', async (t) => {
  t.match(await cli(['--port', '1']), { code: 2, stderr: 'wshub: unknown flag --port; see wshub --help\n' })
})

t.test('a mistake with a flag points to the help of its command', async (t) => {
  t.match(await cli(['start', '--prot', '1']), { code: 2, stderr: /^wshub: unknown flag --prot .*see wshub start --help\n$/ })
})

t.test('a token that stands in the place of a command is not shown', async (t) => {
  const { code, stderr } = await cli(['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln'])
  t.equal(code, 2)
  t.notMatch(stderr, /eyJ/)
})
