import t from 'tap'
import { hubNames, hubs, isPeer } from '../../bench/hubs.ts'
import { loadConfig } from '../../config/load-config.ts'

for (const nodes of ['', '+redis'] as const) {
  t.test(`no-history${nodes} is wshub${nodes} but for that it keeps no messages`, async (t) => {
    const withHistory = hubs[`wshub${nodes}`]
    const without = hubs[`no-history${nodes}`]
    t.strictSame({ ...without, name: withHistory.name, env: withHistory.env }, withHistory)
    const { config } = loadConfig(withHistory.env)
    t.ok(config.historySize > 0)
    t.strictSame(loadConfig(without.env).config, { ...config, historySize: 0 })
  })
}

t.test('mixed and binary are wshub, spoken to in other words', async (t) => {
  for (const [name, wire] of [['mixed', 'mixed'], ['binary', 'protobuf']] as const) t.strictSame(hubs[name], { ...hubs.wshub, name, wire })
})

t.test('only hubs of others have to be installed', async (t) => {
  t.strictSame(hubNames.filter(isPeer), ['ws', 'socket.io', 'socket.io+redis', 'fastify'])
})
