import t from 'tap'
import { closeCodes, isOrderly } from '../../src/protocol/close-codes.ts'

/** The table of the protocol: what a client should do after a close. */
const contract: Record<number, string> = {
  1000: 'no',
  1003: 'no',
  1008: 'new token',
  1012: 'yes',
  1013: 'back-off',
  4001: 'new token',
  4002: 'no',
  4003: 'no',
  4004: 'back-off',
  4009: 'no',
  4029: 'back-off'
}

/** Longest reason of a close frame, in bytes (RFC 6455 section 5.5). */
const MAX_REASON_BYTES = 123

const entries = Object.entries(closeCodes)

t.test('each close code is one of the protocol and says the same about coming back', async (t) => {
  for (const [name, { code, reconnect }] of entries) t.equal(reconnect, contract[code], name)
})

t.test('the codes of a single node are all there, each once', async (t) => {
  const codes: number[] = entries.map(([, { code }]) => code)
  t.equal(new Set(codes).size, codes.length)
  for (const code of [1000, 1003, 1008, 1012, 1013, 4001, 4002, 4003, 4009, 4029]) t.ok(codes.includes(code), String(code))
})

t.test('the refusal of a bad token and of bad JSON is worded as in the documents (S4-19, S4-36)', async (t) => {
  t.match(closeCodes.unauthorized, { code: 4001, reason: 'Authentication failed' })
  t.match(closeCodes.invalidJson, { code: 4002, reason: 'Invalid JSON' })
})

t.test('each reason fits into a close frame and is not empty', async (t) => {
  for (const [name, { reason }] of entries) {
    const bytes = Buffer.byteLength(reason)
    t.ok(bytes > 0 && bytes <= MAX_REASON_BYTES, name)
  }
})

t.test('an orderly end is 1000 or a close frame without a code, and nothing else', async (t) => {
  for (const code of [1000, 1005]) t.ok(isOrderly(code), String(code))
  for (const code of [1001, 1006, 1008, 1011, 1012, 1013, 4000, 4009]) t.notOk(isOrderly(code), String(code))
})
