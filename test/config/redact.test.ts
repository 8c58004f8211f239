import fc from 'fast-check'
import t from 'tap'
import { redactLine, redactUrl } from '../../config/redact.ts'

const CANARY = 'canary-0451'
const JWT = `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.${CANARY}`

/** The letter as it is, in upper case, or percent-encoded once or twice. */
const anySpelling = (letter: string) => fc.constantFrom(...[letter, letter.toUpperCase()].flatMap((form) => {
  const code = form.charCodeAt(0).toString(16)
  return [form, `%${code}`, `%${code.toUpperCase()}`, `%25${code}`]
}))
const key = fc.constantFrom('token', 'ticket').chain((word) => fc.tuple(...[...word].map(anySpelling))).map((letters) => letters.join(''))
const filler = fc.stringMatching(/^[ -~]{0,12}$/)

t.test('the value of a token is replaced and everything else kept', async (t) => {
  t.equal(redactUrl(`/ws?a=1&token=${CANARY}&b=2`), '/ws?a=1&token=***&b=2')
  t.equal(redactUrl(`/ws?ticket=${CANARY}`), '/ws?ticket=***')
})

t.test('a URL without a secret stays as it is', async (t) => {
  for (const url of ['/ws/rooms/a%20b?limit=5&x=%E4%BD', '', '/', '/ws?token', '/tokens?a&&b', '/ws?q=heyJude.js']) t.equal(redactUrl(url), url)
})

t.test('each of several tokens is replaced', async (t) => {
  t.equal(redactUrl(`/ws?token=${CANARY}&token=${CANARY}&TICKET=${CANARY}`), '/ws?token=***&token=***&TICKET=***')
})

t.test('a token is found in malformed and unusual URLs', async (t) => {
  const urls = [
    `/ws?tok%65n=${CANARY}`, `/ws?%74%6f%6b%65%6e=${CANARY}`, `/ws?%2574oken=${CANARY}`, `/ws?token[]=${CANARY}`, `/ws?%zz&token=%${CANARY}`,
    `/ws?token%3D${CANARY}`, `/ws?token${CANARY}=1`, `/ws?a=1;token=${CANARY}`, `/ws;token=${CANARY}`, `/ws#token=${CANARY}`,
    `/ws%3Ftoken=${CANARY}`, `/ws?a?token=${CANARY}`, `?&&=token=${CANARY}`, `/ws?token==${CANARY}`, `/ws?token="${CANARY}"`,
    `/ws?access_token=${CANARY}`, `/ws?token=a;b#${CANARY}`, `http://h/ws?token=${CANARY}`, `/ws?x=1%26token%3D${CANARY}`, `/ws?token=/${CANARY}?x`
  ]
  for (const url of urls) t.notMatch(redactUrl(url), CANARY, url)
})

t.test('a JWT is replaced under any key and in the path', async (t) => {
  for (const url of [`/ws?jwt=${JWT}`, `/ws/${JWT}`, `/ws?x=a%3D${JWT}`, `/ws?x=${JWT.replaceAll('.', '%2E')}`, `/ws?eyJx&x=${JWT}`]) {
    t.notMatch(redactUrl(url), CANARY, url)
  }
})

t.test('no spelling of the key and nothing around it lets a token through', async () => {
  fc.assert(fc.property(filler, key, filler, filler, (before, spelt, value, after) => {
    const url = `/ws?${before}&${spelt}=${value.replaceAll('&', '')}${CANARY}&${after}`
    return !redactUrl(url).includes(CANARY)
  }), { numRuns: 500 })
})

t.test('no JWT comes through, whatever stands around it', async () => {
  fc.assert(fc.property(filler, filler, (before, after) => !redactUrl(`/ws?${before}${JWT}${after}`).includes(CANARY)))
})

t.test('a long URL takes no long time, whatever it repeats', async (t) => {
  for (const part of ['token', 'eyJ', '%', '%25', 'token%25', 'eyJa.', '&']) {
    const url = part.repeat(20_000)
    const startedAt = performance.now()
    redactUrl(url)
    t.ok(performance.now() - startedAt < 2000, part)
  }
})

t.test('a log line loses its tokens and stays valid JSON', async () => {
  fc.assert(fc.property(fc.string(), key, fc.string(), (before, spelt, after) => {
    const line = JSON.stringify({ text: `${before} /ws?${spelt}=${CANARY} ${after}`, after })
    const redacted = redactLine(line)
    return typeof JSON.parse(redacted) === 'object' && !redacted.includes(CANARY)
  }))
})

t.test('a secret field is hidden at any depth, in any case, as a text or a list', async (t) => {
  const secrets = { Authorization: `a "${CANARY}" \\`, cookie: [CANARY, `]${CANARY}`], 'sec-websocket-protocol': CANARY, rawHeaders: ['Cookie', CANARY] }
  const redacted = redactLine(JSON.stringify({ a: { b: { c: secrets } }, token: '', jwtSecret: CANARY, jwtSecretNext: CANARY, last: 1 }))
  const hidden = { Authorization: '***', cookie: '***', 'sec-websocket-protocol': '***', rawHeaders: '***' }
  t.same(JSON.parse(redacted), { a: { b: { c: hidden } }, token: '***', jwtSecret: '***', jwtSecretNext: '***', last: 1 })
})

t.test('a log line without a secret stays as it is', async (t) => {
  const line = JSON.stringify({ msg: '100 % of tokens\nand "tickets" are fine', stack: 'Error\n    at token.js:1' })
  t.equal(redactLine(line), line)
})

t.test('the lines of a stack are kept apart', async (t) => {
  t.equal(redactLine(JSON.stringify(`/x?token=${CANARY}\n    at a.js\tb`)), JSON.stringify('/x?token=***\n    at a.js\tb'))
})
