import { once } from 'node:events'
import websocket from '@fastify/websocket'
import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import WebSocket, { WebSocketServer } from 'ws'
import { hub, type HubOptions } from '../../src/index.ts'
import { connect, refusedHandshake } from '../client.ts'
import { connectAs, getJson, tokenFor, until, type Teardown } from '../helper.ts'
import { connectHttp, exchange, handshake } from '../support/http-peer.ts'
import { listen, quick, type Embedded } from '../support/embed.ts'

/** When an application registers @fastify/websocket for routes of its own. */
const orders = ['before the hub', 'after the hub', 'in another context'] as const

async function start (t: Teardown, order: typeof orders[number], options: HubOptions = {}): Promise<Embedded> {
  const app = Fastify()
  // Options that would not do for the hub: any subprotocol is echoed, and messages are small.
  const register = async (context: FastifyInstance) => { await context.register(websocket, { options: { maxPayload: 100, handleProtocols: ([first]) => first ?? false } }) }
  if (order === 'before the hub') await register(app)
  await app.register(hub, { ...quick, prefix: '/rt', ...options })
  if (order === 'after the hub') await register(app)
  await app.register(async (child) => {
    if (order === 'in another context') await register(child)
    child.get('/echo', { websocket: true }, (socket) => { socket.on('message', (data) => socket.send(String(data))) })
    child.get('/plain', async () => ({ plain: true }))
  })
  return await listen(t, app)
}

async function echo (t: Teardown, address: string): Promise<string> {
  const socket = new WebSocket(`${address.replace('http', 'ws')}/echo`)
  t.teardown(() => socket.terminate())
  await once(socket, 'open')
  socket.send('hello')
  const [data] = await once(socket, 'message')
  return String(data)
}

for (const order of orders) {
  t.test(`An application that registers @fastify/websocket ${order} keeps its own socket routes and options`, async (t) => {
    const { address } = await start(t, order)
    t.equal(await echo(t, address), 'hello')
    t.ok(await connectAs(t, { address }, 'ada', { path: '/rt/ws' }))
    t.equal(await echo(t, address), 'hello')
    const own = new WebSocket(`${address.replace('http', 'ws')}/echo`, ['first', 'second'])
    await once(own, 'open')
    t.equal(own.protocol, 'first')
    own.send('x'.repeat(101))
    t.equal((await once(own, 'close'))[0], 1009)
  })

  t.test(`M10: The hub's sockets have their own limits with @fastify/websocket ${order}, and echo no token`, async (t) => {
    const { address } = await start(t, order, { websocket: { maxPayloadBytes: 1_000, closeTimeoutMs: 500, compression: true } })
    const token = await tokenFor({ sub: 'ada' })
    for (const [protocols, answered] of [[['bearer', token], 'bearer'], [['hub.v1', 'bearer', token], 'hub.v1']] as const) {
      const ada = connect(t, address, { path: '/rt/ws', protocols: [...protocols] })
      await ada.next('connected')
      t.equal(ada.socket.protocol, answered)
      t.match(ada.socket.extensions, 'permessage-deflate')
      await ada.request({ type: 'ping', payload: { text: 'x'.repeat(500) } })
      ada.send('x'.repeat(1_001))
      t.equal((await ada.closed).code, 1009)
    }
    const alone = await exchange(t, address, handshake({ path: '/rt/ws', headers: { 'sec-websocket-protocol': token } }))
    t.equal(alone.status, 101)
    t.equal(alone.headers['sec-websocket-protocol'], undefined)
  })

  t.test(`Refusals of the hub come in its own form with @fastify/websocket ${order}, and end the connection`, async (t) => {
    const { address } = await start(t, order)
    t.match(await refusedHandshake(t, address, { path: '/rt/ws' }), { status: 401, body: { code: 'UNAUTHORIZED' } })
    t.match(await refusedHandshake(t, address, { path: '/rt/ws/stats', token: await tokenFor({ sub: 'root', role: 'admin' }) }), { status: 400, body: { code: 'BAD_REQUEST' } })
    const peer = await connectHttp(t, address)
    peer.write(handshake({ path: '/rt/ws', headers: { 'sec-websocket-key': 'short' } }))
    t.equal((await peer.response()).status, 400)
    await peer.closed
  })

  t.test(`The application closes with @fastify/websocket ${order}, and all sockets with it`, async (t) => {
    const { app, address } = await start(t, order)
    const ada = await connectAs(t, { address }, 'ada', { path: '/rt/ws' })
    const own = new WebSocket(`${address.replace('http', 'ws')}/echo`)
    await once(own, 'open')
    const ended = once(own, 'close')
    await app.close()
    t.equal((await ada.closed).code, 1012)
    await ended
    t.equal(app.server.listenerCount('upgrade'), 0)
  })
}

t.test('Without @fastify/websocket a route of the application answers a request for an upgrade as any other, and the connection ends', async (t) => {
  const app = Fastify()
  await app.register(hub, quick)
  app.get('/plain', async () => ({ plain: true }))
  const { address } = await listen(t, app)
  const peer = await connectHttp(t, address)
  peer.write(handshake({ path: '/plain' }))
  const answer = await peer.response()
  t.match({ status: answer.status, body: answer.json() }, { status: 200, body: { plain: true } })
  t.equal(answer.headers['connection'], 'close')
  await peer.closed
})

t.test('The offer of another protocol is passed over: the body is read, and the connection stays', async (t) => {
  const app = Fastify()
  await app.register(hub, quick)
  app.post('/orders', async ({ body }) => ({ got: body }))
  const { address } = await listen(t, app)
  const peer = await connectHttp(t, address)
  for (const [path, answered] of [['/orders', { status: 200, body: { got: { message: 'hello' } } }], ['/ws/broadcast', { status: 401, body: { code: 'UNAUTHORIZED' } }]] as const) {
    const body = JSON.stringify({ message: 'hello' })
    const head = handshake({ method: 'POST', path, headers: { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'content-type': 'application/json', 'content-length': String(body.length) } })
    peer.write(head + body.slice(0, 5))
    peer.write(body.slice(5))
    const answer = await peer.response()
    t.match({ status: answer.status, body: answer.json() }, answered, path)
  }
})

t.test('Another WebSocket server at the same port keeps its path', async (t) => {
  const app = Fastify()
  const other = new WebSocketServer({ noServer: true })
  other.on('connection', (socket) => socket.send('the other one'))
  await app.register(hub, quick)
  app.server.on('upgrade', (request, socket, head) => {
    if (request.url === '/other') other.handleUpgrade(request, socket, head, (webSocket) => other.emit('connection', webSocket))
  })
  const { address } = await listen(t, app)
  const socket = new WebSocket(`${address.replace('http', 'ws')}/other`)
  const [data] = await once(socket, 'message')
  t.equal(String(data), 'the other one')
  t.ok(await connectAs(t, { address }, 'ada'))
  socket.terminate()
})

t.test('A prefix may end with a slash, also beside another WebSocket server', async (t) => {
  const app = Fastify()
  app.server.on('upgrade', () => {})
  await app.register(hub, { ...quick, prefix: '/rt/', asyncapi: true })
  const { address } = await listen(t, app)
  t.ok(await connectAs(t, { address }, 'ada', { path: '/rt/ws' }))
  t.match(JSON.stringify((await getJson({ address }, '/rt/docs/asyncapi.json')).body), '"/rt/ws"')
})

t.test('The application closes also while it is not known yet who somebody is', async (t) => {
  const app = Fastify()
  let asked = 0
  await app.register(hub, {
    sessions: quick.sessions,
    authenticate: async () => {
      asked += 1
      await new Promise(() => {})
      return undefined
    }
  })
  const { address } = await listen(t, app)
  const peer = await connectHttp(t, address)
  peer.write(handshake())
  await until(() => asked === 1)
  await app.close()
  await peer.closed
  t.equal(peer.rest, '')
})

t.test('M6: What a client sends right behind its handshake is not lost', async (t) => {
  const { address } = await start(t, 'before the hub')
  const peer = await connectHttp(t, address)
  const head = handshake({ path: `/rt/ws?token=${await tokenFor({ sub: 'ada' })}` })
  peer.write(head + masked(JSON.stringify({ type: 'ping', id: 'early' })))
  t.equal((await peer.response()).status, 101)
  await until(() => peer.rest.includes('"id":"early"'))
})

t.test('a17, M2: A handshake behind a request that is not answered yet ends the connection', async (t) => {
  const app = Fastify()
  await app.register(hub, quick)
  let answer = (): void => {}
  app.get('/slow', async () => { await new Promise<void>((resolve) => { answer = resolve }) })
  const { address } = await listen(t, app)
  const peer = await connectHttp(t, address)
  peer.write(`GET /slow HTTP/1.1\r\nhost: x\r\n\r\n${handshake()}`)
  await peer.closed
  t.equal(peer.rest, '')
  answer()
})

/** A text frame as a client sends it, with a mask of zeros. */
function masked (text: string): string {
  return `\x81${String.fromCharCode(0x80 + text.length)}\0\0\0\0${text}`
}
