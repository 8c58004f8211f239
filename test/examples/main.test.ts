import t from 'tap'
import { runExample } from './run-example.ts'

const NAMES = ['chat', 'worker', 'plugins', 'rides']

t.test('without a name the examples are listed, each with a line on what it shows', async (t) => {
  for (const args of [[], ['--help']]) {
    const { code, stdout } = await runExample(t, args).finished()
    t.equal(code, 0)
    for (const name of NAMES) t.match(stdout, new RegExp(`^  ${name} +\\S.{20,}$`, 'm'))
  }
})

t.test('--help of each explains it', async (t) => {
  await Promise.all(NAMES.map(async (name) => {
    t.match(await runExample(t, [name, '--help']).finished(), { code: 0, stdout: `npm run example -- ${name}` })
  }))
})

t.test('an example that is none, a flag that is none, or a value that cannot be ends with exit code 2 and is named', async (t) => {
  t.match(await runExample(t, ['plugins', '--nonsense']).finished(), { code: 2, stderr: '--nonsense' })
  t.match(await runExample(t, ['toString']).finished(), { code: 2, stderr: 'There is no example toString' })
  t.match(await runExample(t, ['chat', '--port', '65536']).finished(), { code: 2, stderr: '--port: expected a number from 0 to 65535' })
  t.match(await runExample(t, ['worker', '--url', 'http://localhost:1']).finished(), { code: 2, stderr: '--token' })
})
