import t from 'tap'
import { HubError } from '../../src/errors.ts'
import { entryOf, errorCodes, type ErrorCode } from '../../src/protocol/error-codes.ts'

/** The table of the protocol: severity, and the fixed text where there is one. */
const contract: Record<string, [severity: string, text?: string]> = {
  INVALID_FORMAT: ['client'],
  UNKNOWN_TYPE: ['client'],
  INVALID_PAYLOAD: ['client'],
  VALIDATION_FAILED: ['client'],
  MISSING_ROOM: ['client'],
  INVALID_ROOM: ['client'],
  NOT_IN_ROOM: ['client'],
  ROOM_FULL: ['client'],
  TOO_MANY_ROOMS: ['client'],
  FORBIDDEN: ['client'],
  UNAUTHORIZED: ['security', 'Authentication required'],
  RATE_LIMIT: ['client'],
  MESSAGE_TOO_LARGE: ['client'],
  UNAVAILABLE: ['server', 'Service unavailable, retry'],
  INTERNAL_ERROR: ['server', 'Internal server error']
}

const codes = Object.keys(errorCodes) as ErrorCode[]

t.test('the codes are those of the protocol, no more and no fewer (S1-34, S1-35, S1-36, S1-37, S1-38)', async (t) => {
  t.strictSame(codes.toSorted(), Object.keys(contract).toSorted())
})

t.test('each code has the severity of the protocol (S1-60)', async (t) => {
  for (const code of codes) t.equal(entryOf(code).severity, contract[code]?.[0], code)
})

t.test('the text of client errors goes out in full, that of the others never (S1-61, S1-62, S1-63)', async (t) => {
  for (const code of codes) {
    const { message } = new HubError(code, 'the detail').toPayload()
    t.equal(message, contract[code]?.[1] ?? 'the detail', code)
  }
})

t.test('over REST an unavailable service is 503 and a missing right 401 or 403', async (t) => {
  t.equal(new HubError('UNAVAILABLE', '').statusCode, 503)
  t.equal(new HubError('UNAUTHORIZED', '').statusCode, 401)
  t.equal(new HubError('FORBIDDEN', '').statusCode, 403)
})

t.test('each code has a meaning and the status of a refusal', async (t) => {
  for (const code of codes) {
    const { meaning, httpStatus } = entryOf(code)
    t.ok(meaning.length > 0 && httpStatus >= 400 && httpStatus <= 599, code)
  }
})
