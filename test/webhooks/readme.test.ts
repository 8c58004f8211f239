import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { signedHeaders } from '../../src/webhooks/signature.ts'
import { signingKey } from '../../src/webhooks/endpoint.ts'
import { WEBHOOK_EVENTS } from '../../src/webhooks/webhook-event.ts'
import { projectRoot } from '../support/project-root.ts'
import { WEBHOOK_SECRET } from './receiver.ts'

const [, section = ''] = /^### Webhooks$([^]*?)^### /m.exec(readFileSync(join(projectRoot, 'README.md'), 'utf8')) ?? []

t.test('the lines of the README know a request of ours from any other', async (t) => {
  const [, code = ''] = /```js\n([^]*?)```/.exec(section) ?? []
  const { isFromHub } = await import(`data:text/javascript,${encodeURIComponent(code)}`)
  const message = { id: 'a', body: '{"name":"ж"}' }
  const headers = signedHeaders(message, signingKey(WEBHOOK_SECRET), Date.now())
  t.equal(isFromHub(headers, message.body, WEBHOOK_SECRET), true)
  t.equal(isFromHub(headers, `${message.body} `, WEBHOOK_SECRET), false)
  t.equal(isFromHub(headers, message.body, `${WEBHOOK_SECRET}x`), false)
  t.equal(isFromHub({}, message.body, WEBHOOK_SECRET), false)
  const old = signedHeaders(message, signingKey(WEBHOOK_SECRET), Date.now() - 301_000)
  t.equal(isFromHub(old, message.body, WEBHOOK_SECRET), false)
})

t.test('its table has all events', async (t) => {
  const rows = section.split('\n').filter((line) => line.startsWith('| `'))
  const types = rows.flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, type]) => type)).filter((type) => type !== 'type')
  t.strictSame(types, [...WEBHOOK_EVENTS])
})
