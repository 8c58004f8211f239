import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { WebSocketServer, type WebSocket } from 'ws'
import { ClientConnection } from '../../src/cli/client-connection.ts'
import type { Teardown } from '../helper.ts'

async function serve (t: Teardown, onSocket: (socket: WebSocket) => void): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  t.teardown(() => {
    for (const socket of server.clients) socket.terminate()
    server.close()
  })
  server.on('connection', onSocket)
  await once(server, 'listening')
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

t.test('a frame that comes with the answer to the handshake is not lost', async (t) => {
  const url = await serve(t, (socket) => { socket.send('first'); socket.close(1000) })
  const texts: string[] = []
  const connection = new ClientConnection(url, { onText: (text) => texts.push(text) })
  await connection.opened
  t.match(await connection.ended, { code: 1000, byUs: false })
  t.same(texts, ['first'])
})

t.test('a peer that does not answer a close is cut off', async (t) => {
  const url = await serve(t, (socket) => { socket.pause() })
  const connection = new ClientConnection(url, { onText: () => {}, closeTimeoutMs: 20 })
  await connection.opened
  connection.close()
  t.match(await connection.ended, { byUs: true })
})

t.test('a broken connection tells what broke it', async (t) => {
  const url = await serve(t, (socket) => { socket.terminate() })
  const connection = new ClientConnection(url, { onText: () => {} })
  await connection.opened
  t.match(await connection.ended, { code: 1006, byUs: false })
})

t.test('sending on a connection that has ended does not fail', async (t) => {
  const url = await serve(t, (socket) => { socket.close(1000) })
  const connection = new ClientConnection(url, { onText: () => {} })
  await connection.opened
  await connection.ended
  await t.resolves(connection.send('late'))
  t.notOk(connection.isOpen)
})
