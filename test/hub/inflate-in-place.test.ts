import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import zlib from 'node:zlib'
import t from 'tap'
import WebSocket, { WebSocketServer } from 'ws'
import { inflateInPlace } from '../../src/hub/inflate-in-place.ts'
import type { Teardown } from '../helper.ts'

const short = (text: string) => JSON.stringify({ type: 'ping', payload: text.repeat(20) })
const long = JSON.stringify({ type: 'ping', payload: randomBytes(5_000).toString('hex') })

/** A client that compresses everything, and the server's side of it; what arrives there is kept. */
async function connectPair (t: Teardown) {
  const perMessageDeflate = { serverNoContextTakeover: true, clientNoContextTakeover: true, threshold: 0 }
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate, maxPayload: 262_144 })
  await once(server, 'listening')
  const bound = server.address()
  const client = new WebSocket(`ws://127.0.0.1:${typeof bound === 'object' ? bound?.port : 0}`, { perMessageDeflate })
  t.teardown(() => { client.terminate(); server.close() })
  const [accepted]: WebSocket[] = await once(server, 'connection')
  if (accepted === undefined) throw new Error('expected a connection')
  inflateInPlace(accepted)
  const received: string[] = []
  accepted.on('message', (data) => received.push(String(data)))
  await once(client, 'open')
  return { client, accepted, received }
}

/** Closes and waits until everything sent before has been read; returns the code that the client sees. */
async function finish (client: WebSocket): Promise<unknown> {
  client.close(1000)
  const [code] = await once(client, 'close')
  return code
}

/** Counts the contexts that ws opens to unpack what comes in at a server; clients have their own. */
function countContexts (t: Teardown): { count: number } {
  const contexts = { count: 0 }
  const { createInflateRaw } = zlib
  const replace = (value: typeof createInflateRaw) => Object.defineProperty(zlib, 'createInflateRaw', { value })
  replace((options) => {
    contexts.count += 1
    return createInflateRaw(options)
  })
  t.teardown(() => replace(createInflateRaw))
  return contexts
}

t.test('short messages are unpacked without a context, which the connection would keep', async (t) => {
  const contexts = countContexts(t)
  const { client, received } = await connectPair(t)
  for (const text of ['a', 'b', 'c']) client.send(short(text))
  t.equal(await finish(client), 1000)
  t.same(received, ['a', 'b', 'c'].map(short))
  t.equal(contexts.count, 0)
})

t.test('long messages are left to ws, and none overtakes another', async (t) => {
  const contexts = countContexts(t)
  const { client, received } = await connectPair(t)
  const sent = [short('a'), long, short('b'), '', short('c'), long, 'x'.repeat(100_000), short('d')]
  for (const text of sent) client.send(text)
  t.equal(await finish(client), 1000)
  t.same(received, sent)
  t.equal(contexts.count, 1)
})

t.test('messages in pieces are whole again, with others before and behind', async (t) => {
  const { client, received } = await connectPair(t)
  client.send(short('a'))
  for (const [index, piece] of [short('b').slice(0, 9), short('b').slice(9), ''].entries()) client.send(piece, { fin: index === 2 })
  client.send(short('c'))
  client.send(short('d').slice(0, 9), { fin: false, compress: false })
  client.ping()
  client.send(short('d').slice(9), { fin: true, compress: false })
  client.send(short('e'))
  t.equal(await finish(client), 1000)
  t.same(received, ['a', 'b', 'c', 'd', 'e'].map(short))
})

t.test('a thousand messages in one segment arrive in order, each once', async (t) => {
  const { client, received } = await connectPair(t)
  const sent = Array.from({ length: 1_000 }, (_, index) => short(`${index} `))
  for (const text of sent) client.send(text)
  t.equal(await finish(client), 1000)
  t.same(received, sent)
})

t.test('a socket without the extension is left as it is', async (t) => {
  const socket = new WebSocket('ws://127.0.0.1:1')
  socket.on('error', () => {})
  t.doesNotThrow(() => inflateInPlace(socket))
})
