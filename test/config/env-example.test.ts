import { readFileSync } from 'node:fs'
import t from 'tap'
import { listSettings } from '../../config/env-schema.ts'

const example = readFileSync('.env.example', 'utf8')
const written = [...example.matchAll(/^#([A-Z][A-Z0-9_]*)=(.*)$/gm)].map(([, env = '', value = '']) => [env, value])

t.test('the example names every setting once with its default, and nothing else', async (t) => {
  t.same(written, listSettings().map((setting) => [setting.env, setting.default]))
})

t.test('the example sets nothing as it is', async (t) => {
  t.notMatch(example, /^[^#\n]/m)
})

t.test('the example says the meaning of each setting', async (t) => {
  for (const { env, meaning } of listSettings()) t.ok(example.includes(`# ${meaning}\n#${env}=`), env)
})

t.test('the example warns of secrets', async (t) => {
  for (const { env } of listSettings().filter(({ secret }) => secret)) {
    const before = example.slice(0, example.indexOf(`#${env}=`))
    t.match(before, /^# WARNING: .*secret/m, env)
  }
})
