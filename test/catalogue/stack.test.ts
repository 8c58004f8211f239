import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Type } from '@sinclair/typebox'
import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { hub, type GivenIdentity } from '../../src/index.ts'
import { memberOf, startService, tokenFor, until } from '../helper.ts'
import { startBystander } from '../support/bystander.ts'
import { collectGarbage } from '../support/collect-garbage.ts'
import { listen, startEmbedded } from '../support/embed.ts'
import { connectHttp, handshake } from '../support/http-peer.ts'
import { startTwoServices } from '../support/linked-services.ts'
import { oddFrame } from '../support/odd-frames.ts'
import { connectRaw } from '../support/raw-peer.ts'
import { clientFrame, CLOSE, closeCodeOf, TEXT } from '../support/wire-frames.ts'

const FAULT = { code: 'INTERNAL_ERROR', message: 'Internal server error' }
const token = await tokenFor({ sub: 'ada' })

/** An application that takes its time to say who somebody is; how many it was asked about, and the word to go on. */
async function startAsking (t: Test) {
  const waiting: Array<(identity: GivenIdentity) => void> = []
  const app = Fastify()
  await app.register(hub, {
    sessions: { drainTimeoutMs: 500 },
    authenticate: async () => await new Promise<GivenIdentity>((resolve) => { waiting.push(resolve) })
  })
  return { ...await listen(t, app), waiting }
}

t.test('M3: peers that reset while an application is still finding out who they are harm nobody', async (t) => {
  const { app, address, waiting } = await startAsking(t)
  const peers = await Promise.all(Array.from({ length: 50 }, async () => await connectHttp(t, address)))
  for (const peer of peers) peer.write(handshake())
  await until(() => waiting.length === peers.length)
  for (const { socket } of peers) socket.resetAndDestroy()
  await until(async () => await promisify(app.server.getConnections).call(app.server) === 0)
  for (const enter of waiting) enter({ userId: 'ada' })
  const late = connectRaw(t, address)
  await until(() => waiting.length === peers.length + 1)
  waiting.at(-1)?.({ userId: 'bob' })
  await (await late).message('connected')
  t.strictSame(await app.hub.onlineUsers(), ['bob'])
})

t.test('M5: whatever a handler does wrong is answered, and neither the process nor the connection ends', async (t) => {
  const { app, address } = await startEmbedded(t)
  const bystander = await startBystander(t, { address })
  const secret = new Error('secret detail')
  const faults: Record<string, () => unknown> = {
    throws: () => { throw secret },
    rejects: async () => { throw secret },
    'rejects later': async () => {
      await delay(1)
      throw secret
    },
    'reads what is not there': () => JSON.parse('null').type,
    'answers what is too deep to be written': () => JSON.parse('['.repeat(30_000) + ']'.repeat(30_000))
  }
  for (const [type, act] of Object.entries(faults)) app.hub.handle(type, { schema: Type.Unknown() }, act)
  const peer = await connectRaw(t, address, { token })
  for (const type of Object.keys(faults)) {
    peer.send({ type, id: type })
    t.match(await peer.message('error'), { id: type, payload: FAULT })
  }
  peer.send(clientFrame(TEXT, 'null'), { type: 'ping', id: 'still there' })
  t.equal((await peer.message('pong')).id, 'still there')
  await bystander.check(t)
})

t.test('M6: what comes in one segment with the handshake is answered, however long it takes to know who it is from', async (t) => {
  const { address, waiting } = await startAsking(t)
  const peer = await connectHttp(t, address)
  peer.socket.write(Buffer.concat([Buffer.from(handshake()), clientFrame(TEXT, '{"type":"ping","id":"early"}')]))
  await until(() => waiting.length === 1)
  peer.socket.write(clientFrame(TEXT, '{"type":"ping","id":"soon"}'))
  waiting[0]?.({ userId: 'ada' })
  t.equal((await peer.response()).status, 101)
  await until(() => peer.rest.includes('"id":"soon"'))
  t.match(peer.rest, /"connected".*"early".*"soon"/s)
})

for (const [limit, env] of Object.entries({ 'the limit of messages': {}, 'no limit of messages': { WS_MESSAGE_RATE: '0' } })) {
  t.test(`M8: a peer that sends pings and reads nothing is ended with ${limit}, and costs no memory`, async (t) => {
    const service = await startService(t, env)
    const bystander = await startBystander(t, service)
    const peer = await connectRaw(t, service.address, { token })
    peer.socket.pause()
    const many = Buffer.concat(Array.from({ length: 500 }, () => oddFrame(0x89, 'x'.repeat(125))))
    await collectGarbage()
    const before = process.resourceUsage().maxRSS
    const ended = until(() => service.app.hub.size === 1)
    let sent = 0
    for (; sent < 200_000_000 && service.app.hub.size > 1; sent += many.length) {
      if (!peer.socket.write(many)) await Promise.race([new Promise((resolve) => { peer.socket.once('drain', resolve) }), ended])
    }
    t.equal(service.app.hub.size, 1, `after ${sent} bytes`)
    t.ok(process.resourceUsage().maxRSS - before < 16 * 1024, 'KiB')
    await bystander.check(t)
  })
}

t.test('a9, M13: 30,000 levels are refused before they are relayed, over the socket and REST: another node does not hear of them', async (t) => {
  const [here, there] = await startTwoServices(t)
  const bob = await memberOf(t, there, 'bob', 'general')
  const bystander = await startBystander(t, there)
  const peer = await connectRaw(t, here.address, { token })
  peer.send({ type: 'join_room', room: 'general' })
  await bob.next('user_joined')
  const deep = [`${'['.repeat(30_000)}${']'.repeat(30_000)}`, `${'{"a":'.repeat(9_000)}1${'}'.repeat(9_000)}`]
  const admin = await tokenFor({ sub: 'root', role: 'admin' })
  for (const payload of deep) {
    peer.send(...['publish', 'send_message', 'broadcast'].map((type) => clientFrame(TEXT, `{"type":"${type}","id":"deep","room":"general","payload":${payload}}`)))
    for (let answers = 0; answers < 3; answers += 1) t.match(await peer.message('error'), { id: 'deep', payload: { code: 'INVALID_PAYLOAD' } })
    for (const body of [`{"type":"deep","payload":${payload}}`, `{"message":"deep","metadata":{"a":${payload}}}`]) {
      const headers = { authorization: `Bearer ${admin}`, 'content-type': 'application/json' }
      t.equal((await fetch(`${here.address}/ws/broadcast`, { method: 'POST', headers, body })).status, 400)
      const answer = await fetch(`${here.address}/ws/publish`, { method: 'POST', headers, body: `{"messages":[${body}]}` })
      t.match([answer.status, await answer.text()], [200, /^\{"results":\[\{"error":/])
    }
  }
  t.strictSame(await bob.drain(), [])
  await bystander.check(t)
  peer.send(clientFrame(CLOSE))
  const close = await peer.next(CLOSE)
  t.equal(close && closeCodeOf(close), 1005)
})
