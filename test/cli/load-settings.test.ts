import t from 'tap'
import { ConfigError } from '../../config/config-error.ts'
import { loadSettings } from '../../src/cli/load-settings.ts'

const problemsOf = (...args: Parameters<typeof loadSettings>) => {
  try {
    loadSettings(...args)
  } catch (error) {
    return error instanceof ConfigError ? error.problems : [String(error)]
  }
}

t.test('a flag wins over the environment', async (t) => {
  const { config } = loadSettings({ PORT: '1', HOST: '::1' }, { port: '2', host: 'localhost' })
  t.match(config, { port: 2, host: 'localhost' })
})

t.test('a flag wins over another name of its setting too', async (t) => {
  t.equal(loadSettings({ WEBSOCKET_PORT: '1' }, { port: '2' }).config.port, 2)
})

t.test('a flag wins over the file that another flag names, and the file over nothing', async (t) => {
  const config = `${t.testdir({ 'hub.yaml': 'port: 3\nhost: ::1\n' })}/hub.yaml`
  t.match(loadSettings({ WS_CONFIG_FILE: '/nonsense' }, { config, port: '4' }).config, { port: 4, host: '::1' })
})

t.test('a problem with the value of a flag names the flag', async (t) => {
  t.same(problemsOf({ LOG_LEVEL: 'loud' }, { port: 'x' })?.map((problem) => problem.split(':')[0]), ['--port (PORT)', 'LOG_LEVEL'])
})

t.test('a problem with the file names the flag and the file', async (t) => {
  t.same(problemsOf({}, { config: '/nonsense.yaml' }), ['--config (WS_CONFIG_FILE): /nonsense.yaml: cannot be read (ENOENT)'])
})

t.test('a problem with a variable that a flag does not replace keeps its name', async (t) => {
  t.match(problemsOf({ PORT: 'x' }, { host: '::1' }), [/^PORT: /])
})
