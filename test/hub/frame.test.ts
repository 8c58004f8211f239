import { once } from 'node:events'
import t from 'tap'
import WebSocket, { WebSocketServer } from 'ws'
import { encodeTextFrame } from '../../src/hub/frame.ts'
import type { Teardown } from '../helper.ts'

/** What a real client reads out of frames that stand on its socket. */
async function readByClient (t: Teardown, texts: readonly string[]): Promise<string[]> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  server.on('connection', (_webSocket, request) => {
    for (const text of texts) request.socket.write(encodeTextFrame(text))
  })
  await once(server, 'listening')
  const bound = server.address()
  const client = new WebSocket(`ws://127.0.0.1:${typeof bound === 'object' ? bound?.port : 0}`)
  t.teardown(() => { client.terminate(); server.close() })
  return await new Promise((resolve) => {
    const read: string[] = []
    client.on('message', (data, isBinary) => {
      read.push(isBinary ? 'binary' : String(data))
      if (read.length === texts.length) resolve(read)
    })
  })
}

for (const length of [0, 1, 125, 126, 127, 65_535, 65_536, 200_000]) {
  t.test(`a client reads a frame of ${length} bytes as the text that it holds`, async (t) => {
    const text = 'x'.repeat(length)
    t.ok((await readByClient(t, [text]))[0] === text)
  })
}

t.test('the length in the header counts bytes, not characters', async (t) => {
  const text = 'ж€😀'.repeat(40)
  t.same(await readByClient(t, [text, 'next']), [text, 'next'])
})

t.test('a frame has the shortest header that its length allows', async (t) => {
  const headerOf = (length: number) => encodeTextFrame('x'.repeat(length)).length - length
  t.same([125, 126, 65_535, 65_536].map(headerOf), [2, 4, 4, 10])
})

t.test('a frame is a whole, unmasked, uncompressed text frame', async (t) => {
  t.same([...encodeTextFrame('hi')], [0x81, 2, 0x68, 0x69])
})
