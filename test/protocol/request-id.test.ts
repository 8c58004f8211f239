import t from 'tap'
import { isRequestId } from '../../src/protocol/request-id.ts'

t.test('a text of 1 to 64 UTF-16 units is an id', async (t) => {
  for (const id of ['a', ' ', 'x'.repeat(64), '\u{1F600}'.repeat(32)]) t.ok(isRequestId(id), JSON.stringify(id))
})

t.test('anything else is none', async (t) => {
  for (const id of ['', 'x'.repeat(65), '\u{1F600}'.repeat(33), 1, 0, null, undefined, true, [], ['a'], {}]) t.notOk(isRequestId(id), JSON.stringify(id))
})
