import { once } from 'node:events'
import { randomBytes } from 'node:crypto'
import { constants, inflateRawSync } from 'node:zlib'
import t from 'tap'
import WebSocket, { WebSocketServer } from 'ws'
import { COMPRESSION_THRESHOLD_BYTES, deflateFrame } from '../../src/hub/deflate.ts'
import { allocateFrame, contentOf, encodeTextFrame, FIN_TEXT, type Frame } from '../../src/hub/frame.ts'
import type { Teardown } from '../helper.ts'

const chat = (bytes: number) => 'a message like many others; '.repeat(bytes / 28 + 1).slice(0, bytes)

/** What a real client reads out of frames on a connection with permessage-deflate. */
async function readByClient (t: Teardown, frames: readonly Frame[]): Promise<string[]> {
  const perMessageDeflate = { serverNoContextTakeover: true, clientNoContextTakeover: true }
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate })
  server.on('connection', (_webSocket, { socket }) => {
    for (const frame of frames) socket.write(frame)
  })
  await once(server, 'listening')
  const bound = server.address()
  const client = new WebSocket(`ws://127.0.0.1:${typeof bound === 'object' ? bound?.port : 0}`)
  t.teardown(() => { client.terminate(); server.close() })
  const read: string[] = []
  return await new Promise((resolve, reject) => {
    client.on('error', reject)
    client.on('message', (data) => {
      read.push(String(data))
      if (read.length === frames.length) resolve(read)
    })
  })
}

for (const bytes of [COMPRESSION_THRESHOLD_BYTES, 4_000, 65_535, 65_536, 300_000]) {
  t.test(`a client reads a compressed frame of ${bytes} bytes as the text that it holds`, async (t) => {
    const frame = deflateFrame(encodeTextFrame(chat(bytes)))
    t.equal(frame[0], 0xc1, 'FIN, RSV1, text')
    t.ok(frame.length < bytes / 2)
    t.same(await readByClient(t, [frame, frame]), [chat(bytes), chat(bytes)])
  })
}

t.test('compressed and plain frames may follow each other in any order', async (t) => {
  const texts = [3_000, 10, 2_000, 1_000, 70_000, 20].map(chat)
  t.same(await readByClient(t, texts.map((text) => deflateFrame(encodeTextFrame(text)))), texts)
})

t.test('a text of any characters comes out as it was', async (t) => {
  const text = 'ж€😀\u0000"\\'.repeat(300)
  t.same(await readByClient(t, [deflateFrame(encodeTextFrame(text))]), [text])
})

t.test('content below the threshold stays the frame that it was', async (t) => {
  const below = encodeTextFrame(chat(COMPRESSION_THRESHOLD_BYTES - 1))
  t.equal(deflateFrame(below), below)
})

t.test('content that would not get smaller stays the frame that it was', async (t) => {
  const noise = allocateFrame(FIN_TEXT, 5_000)
  randomBytes(5_000).copy(noise, noise.length - 5_000)
  t.equal(deflateFrame(noise), noise)
})

t.test('the end of the flush is left out, and no frame needs another one to be read', async (t) => {
  const content = contentOf(deflateFrame(encodeTextFrame(chat(3_000))))
  t.notSame([...content.subarray(-4)], [0, 0, 0xff, 0xff])
  const whole = Buffer.concat([content, Buffer.from([0, 0, 0xff, 0xff])])
  t.equal(inflateRawSync(whole, { finishFlush: constants.Z_SYNC_FLUSH }).toString(), chat(3_000))
})

t.test('a compressed frame holds no more memory than its own bytes', async (t) => {
  const frame = deflateFrame(encodeTextFrame(chat(200_000)))
  t.ok(frame.buffer.byteLength <= Math.max(frame.length, Buffer.poolSize))
})
