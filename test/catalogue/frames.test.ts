import t, { type Test } from 'tap'
import { startService, tokenFor, until } from '../helper.ts'
import { startBystander } from '../support/bystander.ts'
import { claimOf, inPieces, oddClose, oddFrame, unmasked } from '../support/odd-frames.ts'
import { connectRaw } from '../support/raw-peer.ts'
import { clientFrame, CLOSE, closeCodeOf, TEXT } from '../support/wire-frames.ts'

const SOFT_LIMIT = 65_536
const HARD_LIMIT = 4 * SOFT_LIMIT
const PING = 0x89
const service = await startService(t, { WS_MESSAGE_RATE: '0', WS_HANDSHAKE_RATE: '0' })
const bystander = await startBystander(t, service)
const token = await tokenFor({ sub: 'ada' })

/** How a connection ends that gets these bytes: the code of the close frame, as the peer itself reads it. What follows them must not count any more. */
async function endOf (t: Test, ...bytes: Buffer[]): Promise<number | undefined> {
  const peer = await connectRaw(t, service.address, { token })
  peer.send(...bytes, { type: 'ping', id: 'late' })
  const close = await peer.next(CLOSE)
  peer.socket.end()
  const rest = await peer.rest()
  t.notOk(rest.some(({ payload }) => payload.includes('late')), 'nothing is read behind it')
  return close && closeCodeOf(close)
}

/** Asserts the end for each of the named frames, and that nobody else noticed. */
async function expectEnds (t: Test, expected: number, frames: Readonly<Record<string, Buffer>>): Promise<void> {
  for (const [what, bytes] of Object.entries(frames)) t.equal(await endOf(t, bytes), expected, what)
  await until(() => service.app.hub.size === 1)
  await bystander.check(t)
}

const hex = (byte: number): string => `0x${byte.toString(16)}`
const named = (firsts: readonly number[], content = ''): Record<string, Buffer> => (
  Object.fromEntries(firsts.map((first) => [`first byte ${hex(first)}`, oddFrame(first, content)]))
)

t.test('a2, M7: frames of opcodes 3 to 7 and B to F end the connection with 1002, which the peer can read', async (t) => {
  const unknown = [0x3, 0x4, 0x5, 0x6, 0x7, 0xb, 0xc, 0xd, 0xe, 0xf]
  await expectEnds(t, 1002, named(unknown.flatMap((opcode) => [0x80 | opcode, opcode]), 'x'))
})

t.test('a2, M7: frames with any reserved bit end the connection with 1002', async (t) => {
  const bits = [0x10, 0x20, 0x40, 0x30, 0x50, 0x60, 0x70]
  await expectEnds(t, 1002, named([0x81, 0x82, 0x88, 0x89, 0x8a, 0x01].flatMap((first) => bits.map((rsv) => first | rsv))))
})

t.test('a2: control frames in pieces, or of more than 125 bytes, end the connection with 1002', async (t) => {
  const long = Object.fromEntries([0x88, 0x89, 0x8a].flatMap((first) => [126, 65_536].map((bytes) => [`${hex(first)} of ${bytes}`, oddFrame(first, '\x03\xe8'.padEnd(bytes))])))
  await expectEnds(t, 1002, { ...named([0x08, 0x09, 0x0a]), ...long, 'in the middle of a message': Buffer.concat([oddFrame(0x01, '{'), oddFrame(0x09)]) })
})

t.test('a2: frames without a mask end the connection with 1002', async (t) => {
  const bare = [0x81, 0x82, 0x88, 0x89, 0x8a, 0x01].map((first) => [hex(first), unmasked(first, first === 0x88 ? '\x03\x0c' : '{"type":"ping"}')])
  await expectEnds(t, 1002, Object.fromEntries(bare))
})

t.test('a2: a piece of no message, and a message within a message, end the connection with 1002', async (t) => {
  await expectEnds(t, 1002, {
    'a last piece': oddFrame(0x80, '{}'),
    'a piece': oddFrame(0x00, '{}'),
    'a piece behind a whole message': Buffer.concat([clientFrame(TEXT, '{"type":"ping"}'), oddFrame(0x80, '{}')]),
    'text within text': Buffer.concat([oddFrame(0x01, '{'), oddFrame(0x81, '{}')]),
    'binary within text': Buffer.concat([oddFrame(0x01, '{'), oddFrame(0x82, '{}')]),
    'text within binary': Buffer.concat([oddFrame(0x02, '{'), oddFrame(0x01, '{}')])
  })
})

t.test('a4, M7: a message of the largest size is answered, one byte more ends the connection with 1009, in one frame or in pieces', async (t) => {
  const peer = await connectRaw(t, service.address, { token })
  peer.send(clientFrame(TEXT, JSON.stringify({ type: 'ping', id: 'soft' }).padEnd(SOFT_LIMIT)), clientFrame(TEXT, 'x'.repeat(HARD_LIMIT)), { type: 'ping', id: 'still there' })
  t.equal((await peer.message('pong')).id, 'soft')
  t.match(await peer.message('error'), { payload: { code: 'MESSAGE_TOO_LARGE' } })
  t.equal((await peer.message('pong')).id, 'still there')
  peer.socket.destroy()
  const tooLong = 'x'.repeat(HARD_LIMIT + 1)
  await expectEnds(t, 1009, { 'in one frame': clientFrame(TEXT, tooLong), 'in pieces': inPieces(TEXT, [tooLong.slice(0, 60_000), '', tooLong.slice(60_000)]) })
})

t.test('a4: a frame that claims up to 2^64 bytes ends the connection with 1009 at once, and nothing is set aside for it', async (t) => {
  const before = process.resourceUsage().maxRSS
  const claims = [BigInt(HARD_LIMIT + 1), 2n ** 31n, 2n ** 32n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 63n + 1n, 2n ** 64n - 1n]
  await expectEnds(t, 1009, Object.fromEntries(claims.map((bytes) => [`${bytes} bytes`, claimOf(0x81, bytes)])))
  await expectEnds(t, 1009, { 'in a later piece': Buffer.concat([oddFrame(0x01, '{'), claimOf(0x80, 2n ** 63n)]), 'many pieces': Buffer.concat([oddFrame(0x01, 'x'), claimOf(0x00, BigInt(HARD_LIMIT))]) })
  await expectEnds(t, 1002, { 'a ping': claimOf(PING, 2n ** 63n) })
  t.ok(process.resourceUsage().maxRSS - before < 16 * 1024, 'KiB')
})

t.test('a14: close codes that nobody may send, and a close of one byte, are answered with 1002', async (t) => {
  const codes = [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535]
  await expectEnds(t, 1002, { ...Object.fromEntries(codes.map((code) => [`${code}`, oddClose(code)])), 'one byte': oddFrame(0x88, '\x03') })
})

t.test('a14: close codes that may be sent are answered with the same', async (t) => {
  for (const code of [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999]) {
    await expectEnds(t, code, { [code]: oddClose(code, 'r'.repeat(123)) })
  }
  await expectEnds(t, 1005, { 'no code': oddFrame(0x88) })
})

t.test('a15: a close in the middle of a message ends it cleanly, and nothing of the message counts', async (t) => {
  const [start, ...others] = [oddFrame(0x01, '{"type":"join_room",'), oddFrame(0x80, '"room":"late"}')]
  await expectEnds(t, 1000, { 'in a message': Buffer.concat([start, oddClose(1000)]), 'before its end': Buffer.concat([start, oddClose(1000), ...others]) })
  t.equal(service.app.hub.roomCount, 0)
  t.notOk(service.logs.some(({ level }) => level >= 50), 'and it is no fault of the service')
})
