import { setImmediate as nextTurn } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { startService, tokenFor, until } from '../helper.ts'
import { startBystander } from '../support/bystander.ts'
import { collectGarbage } from '../support/collect-garbage.ts'
import { inPieces, maskedWith, oddClose, oddFrame } from '../support/odd-frames.ts'
import { connectRaw, type RawPeer } from '../support/raw-peer.ts'
import { clientFrame, CLOSE, closeCodeOf, PING, PONG, TEXT } from '../support/wire-frames.ts'

const KIB_16_MB = 16 * 1024
const service = await startService(t, { WS_MESSAGE_RATE: '0', WS_HANDSHAKE_RATE: '0' })
const bystander = await startBystander(t, service)
const token = await tokenFor({ sub: 'ada' })

async function connectPeer (t: Test): Promise<RawPeer> {
  const peer = await connectRaw(t, service.address, { token })
  await peer.message('connected')
  return peer
}

/** The code of the close frame that comes, after which the connection ends. */
async function endOf (peer: RawPeer): Promise<number | undefined> {
  const close = await peer.next(CLOSE)
  peer.socket.end()
  await peer.ended
  return close && closeCodeOf(close)
}

const hasEnded = ({ socket }: RawPeer): boolean => socket.readableEnded || socket.destroyed

const ping = (id: string): string => JSON.stringify({ type: 'ping', id })
/** A ping whose id is of these bytes. */
const pingOf = (id: Buffer): Buffer => Buffer.concat([Buffer.from('{"type":"ping","id":"'), id, Buffer.from('"}')])
const bytesOf = (content: Buffer): Buffer[] => Array.from(content, (byte) => Buffer.from([byte]))
const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex')

/** What is at the edges of UTF-8, as the cases 6.5 to 6.23 of the Autobahn test suite have it. */
const sound = ['ce ba e1 bd b9 cf 83', '7f', 'c2 80', 'df bf', 'e0 a0 80', 'ed 9f bf', 'ee 80 80', 'ef bf bd', 'ef bf be', 'ef bf bf', 'f0 90 80 80', 'f4 8f bf bf', 'f0 9f bf be']
const broken = [
  '80', 'bf', '80 bf 80', 'c2', 'e0 a0', 'f0 90 80', 'f4 90 80 80', 'f7 bf bf bf', 'f8 88 80 80 80', 'fb bf bf bf bf', 'fc 84 80 80 80 80', 'fe', 'ff', 'fe fe ff ff',
  'c0 af', 'e0 80 af', 'f0 80 80 af', 'f8 80 80 80 af', 'c1 bf', 'e0 9f bf', 'f0 8f bf bf', 'c0 80', 'e0 80 80', 'f0 80 80 80',
  'ed a0 80', 'ed af bf', 'ed b0 80', 'ed bf bf', 'ed a0 80 ed b0 80', 'ed ad bf ed bf bf', 'ce ba e1 bd b9 cf 83 ed a0 80', 'c2 20', 'e0 a0 20'
]

t.test('a1: messages of all lengths, in one frame and in pieces, with any mask, whole and byte by byte (Autobahn 1, 5, 9, 10)', async (t) => {
  const peer = await connectPeer(t)
  const frames: Record<string, Buffer> = Object.fromEntries([[0, 125, 126, 127, 128, 65_535, 65_536]].flat().map((size) => [`of-${size}`, clientFrame(TEXT, ping(`of-${size}`).padEnd(size))]))
  frames['of-1300'] = inPieces(TEXT, (ping('of-1300').padEnd(65_536).match(/[^]{1,1300}/g) ?? []))
  frames['empty-pieces'] = inPieces(TEXT, ['', ping('empty-pieces').slice(0, 9), '', ping('empty-pieces').slice(9), ''])
  frames['pings-within'] = Buffer.concat([oddFrame(TEXT, ping('pings-within').slice(0, 9)), clientFrame(PING, 'p'), oddFrame(0, ''), clientFrame(PONG, 'p'), oddFrame(0x80, ping('pings-within').slice(9))])
  frames['masked'] = maskedWith([0x37, 0xfa, 0x21, 0x3d], 0x81, ping('masked').padEnd(300))
  frames['many-pieces'] = inPieces(TEXT, (ping('many-pieces').padEnd(1_024).match(/[^]/g) ?? []))
  for (const [id, frame] of Object.entries(frames)) {
    peer.send(frame)
    t.equal((await peer.message('pong')).id, id)
  }
  peer.socket.setNoDelay(true)
  for (const byte of bytesOf(frames['masked'])) {
    peer.socket.write(byte)
    await nextTurn()
  }
  t.equal((await peer.message('pong')).id, 'masked')
  await bystander.check(t)
})

t.test('a1: each ping is answered with its content, in order; pongs that nobody asked for are passed over (Autobahn 2)', async (t) => {
  const peer = await connectPeer(t)
  const contents = [Buffer.alloc(0), Buffer.from('hello'), bytes('00 ff fe fd fc fb 00 ff'), Buffer.alloc(125, 0xfe), ...Array.from({ length: 10 }, (_, index) => Buffer.from(`payload-${index}`))]
  peer.send(clientFrame(PONG), clientFrame(PONG, 'unsolicited'), ...contents.map((content) => clientFrame(PING, content)), clientFrame(PONG, 'unsolicited'))
  for (const content of contents) t.same((await peer.next(PONG))?.payload, content)
})

t.test('a1, a3: text at the edges of UTF-8 is taken where it is sound, whole, cut at every byte and escaped (Autobahn 6)', async (t) => {
  const peer = await connectPeer(t)
  for (const id of sound.map(bytes)) {
    peer.send(clientFrame(TEXT, pingOf(id)), inPieces(TEXT, bytesOf(pingOf(id))))
    for (const way of ['whole', 'in pieces']) t.equal((await peer.message('pong')).id, id.toString(), `${id.toString('hex')} ${way}`)
  }
  peer.send(oddClose(1000, bytes(sound.join(''))))
  t.equal(await endOf(peer), 1000)
})

t.test('a1, a3: text that is no UTF-8 ends the connection with 1007, whole, cut at every byte and in the reason of a close (Autobahn 6, 7.5)', async (t) => {
  for (const id of broken.map(bytes)) {
    for (const frames of [clientFrame(TEXT, pingOf(id)), inPieces(TEXT, bytesOf(pingOf(id))), oddClose(1000, id)]) {
      const peer = await connectPeer(t)
      peer.send(frames, { type: 'ping', id: 'late' })
      t.equal(await endOf(peer), 1007, id.toString('hex'))
      t.notOk((await peer.rest()).some(({ payload }) => payload.includes('late')))
    }
  }
  await until(() => service.app.hub.size === 1)
  await bystander.check(t)
})

t.test('a5: a million pieces of a message that never ends, of one byte or of none, end the connection with 1008 and cost no memory', async (t) => {
  await collectGarbage()
  const before = process.resourceUsage().maxRSS
  for (const content of ['x', '']) {
    const peer = await connectPeer(t)
    const piece = oddFrame(0, content)
    const many = Buffer.concat(Array.from({ length: 10_000 }, () => piece))
    peer.socket.write(oddFrame(TEXT, content))
    for (let sent = 0; sent < 1_000_000 && !hasEnded(peer); sent += 10_000) {
      if (!peer.socket.write(many)) await Promise.race([new Promise((resolve) => { peer.socket.once('drain', resolve) }), peer.ended])
    }
    t.equal(await endOf(peer), 1008)
  }
  t.ok(process.resourceUsage().maxRSS - before < KIB_16_MB, 'KiB')
  await bystander.check(t)
})

t.test('a5: a message that drips in a byte at a time ends the connection with 1008, long before it is as many pieces of memory as it has bytes', async (t) => {
  const peer = await connectPeer(t)
  peer.socket.setNoDelay(true)
  peer.socket.write(clientFrame(TEXT, 'x'.repeat(60_000)).subarray(0, 8))
  const end = endOf(peer)
  let sent = 0
  for (; sent < 20_000 && !hasEnded(peer); sent += 1) {
    if (peer.socket.writable) peer.socket.write('x')
    await nextTurn()
  }
  t.ok(hasEnded(peer), `after ${sent} bytes`)
  peer.socket.destroy()
  t.equal(await end, 1008)
})
