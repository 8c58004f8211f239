import t from 'tap'
import { listSettings } from '../../config/env-schema.ts'
import { settingsHelp, settingsMarkdown } from '../../config/help.ts'

t.test('help has one line for each setting, with type, default and meaning', async (t) => {
  const lines = settingsHelp().split('\n')
  for (const { env, type, default: defaultText, meaning } of listSettings()) {
    const line = lines.find((line) => line.startsWith(`${env} `)) ?? ''
    for (const part of [type, defaultText, meaning]) t.ok(line.includes(part), `${env}: ${part}`)
  }
})

t.test('the columns of help stand under each other', async (t) => {
  const [port = '', host = ''] = ['PORT', 'HOST'].map((env) => settingsHelp().split('\n').find((line) => line.startsWith(`${env} `)))
  t.equal(port.indexOf('8080'), host.indexOf('0.0.0.0'))
})

t.test('help names the other names of a setting and the rule for the rest', async (t) => {
  t.match(settingsHelp(), /^WS_PONG_WAIT .*Also WS_READ_TIMEOUT, WEBSOCKET_READ_TIMEOUT\.$/m)
  t.match(settingsHelp(), /Every WS_ name is also understood with WEBSOCKET_ in its place/)
})

t.test('the table for the README has four cells for each setting', async (t) => {
  const rows = settingsMarkdown().trimEnd().split('\n')
  t.equal(rows.length, listSettings().length + 2)
  for (const row of rows) t.equal(row.match(/(?<!\\)\|/g)?.length, 5, row)
  t.ok(rows.includes('| `PORT` | integer 0 to 65535 | `8080` | Port to listen on; 0 takes a free one. Also WEBSOCKET_PORT. |'))
})
