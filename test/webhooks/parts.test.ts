import t from 'tap'
import { endpointOf, signingKey, webhookSecret, webhookUrl } from '../../src/webhooks/endpoint.ts'
import { retryAfterMs } from '../../src/webhooks/retry-after.ts'
import { signedHeaders } from '../../src/webhooks/signature.ts'
import { isSigned, WEBHOOK_SECRET } from './receiver.ts'

t.test('the signature is that of Standard Webhooks: the example of its libraries', async (t) => {
  const key = signingKey('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')
  t.strictSame(signedHeaders({ id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', body: '{"test": 2432232314}' }, key, 1_614_265_330_999), {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
  })
})

t.test('the signature covers id, time and body, of any alphabet', async (t) => {
  const message = { id: 'a', body: '{"name":"ж€😀"}' }
  const headers = signedHeaders(message, signingKey(WEBHOOK_SECRET), Date.now())
  t.ok(isSigned(headers, message.body))
  t.notOk(isSigned(headers, `${message.body} `))
  t.notOk(isSigned({ ...headers, 'webhook-id': 'b' }, message.body))
  t.notOk(isSigned({ ...headers, 'webhook-timestamp': String(Number(headers['webhook-timestamp']) - 1) }, message.body))
  t.notOk(isSigned(headers, message.body, `${WEBHOOK_SECRET}x`))
})

t.test('an address is an http or https URL; its login goes into a header, and nothing of it to the log', async (t) => {
  t.strictSame(endpointOf('https://us%3Aer:p%40ss@Example.org/a?b=c#d'), {
    href: 'https://example.org/a?b=c', host: 'example.org', authorization: `Basic ${Buffer.from('us:er:p@ss').toString('base64')}`
  })
  t.strictSame(endpointOf('http://127.0.0.1:3000'), { href: 'http://127.0.0.1:3000/', host: '127.0.0.1:3000', authorization: undefined })
  t.strictSame(webhookUrl('http://a'), { value: 'http://a/' })
  for (const wrong of ['', 'a', 'ftp://a', 'http://', 'ws://a', '/hooks', 'http://u:%zz@a', 'http://u:%ff@a']) t.match(webhookUrl(wrong), { expected: 'an http or https URL' }, wrong)
})

t.test('a secret has 32 bytes or more, as they are or as base64 behind whsec_', async (t) => {
  const bytes = Buffer.alloc(32, 7)
  t.match(webhookSecret('x'.repeat(32)), { value: 'x'.repeat(32) })
  t.strictSame(signingKey('x'.repeat(32)), Buffer.from('x'.repeat(32)))
  t.match(webhookSecret(`whsec_${bytes.toString('base64')}`), { value: String })
  t.strictSame(signingKey(`whsec_${bytes.toString('base64')}`), bytes)
  for (const wrong of ['', 'x'.repeat(31), '-----BEGIN PUBLIC KEY----- and so on, of whatever length', `whsec_${'x'.repeat(33)}`, `whsec_${Buffer.alloc(23).toString('base64')}`, `whsec_${'a b'.repeat(20)}`]) {
    t.match(webhookSecret(wrong), { expected: String }, wrong)
  }
})

t.test('what retry-after asks for, in seconds or until a date', async (t) => {
  const now = Date.UTC(2026, 0, 1)
  const after = (text: string | null) => retryAfterMs(text, now)
  t.strictSame(['0', ' 12 ', 'Thu, 01 Jan 2026 00:00:05 GMT', 'Wed, 31 Dec 2025 23:59:59 GMT'].map(after), [0, 12_000, 5_000, 0])
  t.strictSame([null, '', 'soon', '-1', '1.5', '1e3', 'Thu, 99 Jan'].map(after), Array(7).fill(undefined))
})
