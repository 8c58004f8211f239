import t from 'tap'
import { closeCodes } from '../../src/protocol/close-codes.ts'
import { describeClose } from '../../src/cli/describe-close.ts'

t.test('every close of the server is explained, with what to do about it', async (t) => {
  for (const { code, reason } of Object.values(closeCodes)) {
    const text = describeClose({ code, reason })
    t.ok(text.startsWith(`${code}: ${reason}; `), text)
    t.match(text, /reconnect/)
  }
})

t.test('a reason of its own stands beside what the code means', async (t) => {
  t.equal(describeClose({ code: 4003, reason: 'banned until noon' }), '4003 (banned until noon): forbidden; do not reconnect')
})

t.test('ends that no server chooses are explained too', async (t) => {
  t.equal(describeClose({ code: 1006, reason: '' }), '1006: the connection broke; reconnect')
  t.equal(describeClose({ code: 1006, reason: 'read ECONNRESET' }), '1006 (read ECONNRESET): the connection broke; reconnect')
})

t.test('an unknown code stands alone, and its reason cannot steer a terminal', async (t) => {
  t.equal(describeClose({ code: 4999, reason: '' }), '4999')
  t.equal(describeClose({ code: 4999, reason: '\u001b[2J' }), '4999 (\\u001b[2J)')
})
