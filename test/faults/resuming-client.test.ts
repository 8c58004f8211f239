import t from 'tap'
import { until, type Teardown } from '../helper.ts'
import { Checker } from './checker.ts'
import { Random } from './random.ts'
import { ResumingClient } from './resuming-client.ts'
import { startScriptedNode, type Said, type ScriptedNode } from './scripted-node.ts'

const ROOM = 'a'
const FIRST = { epoch: 'first', seq: 10 }
const OWN = { epoch: 'own', seq: 3 }

/** Random numbers of a kind: a client that never says `since`, or always. */
class Fixed extends Random {
  readonly #number: number

  constructor (number: number) {
    super(0)
    this.#number = number
  }

  override next (): number {
    return this.#number
  }
}

interface Scene {
  readonly node: ScriptedNode
  readonly client: ResumingClient
  readonly checker: Checker
}

async function makeScene (t: Teardown, { random = new Fixed(0.9), isMember = true, answerLimitMs = 2_000 } = {}): Promise<Scene> {
  const node = await startScriptedNode(t)
  const checker = new Checker()
  const client = new ResumingClient({ name: 'bob', token: 'x', rooms: [{ room: ROOM, isMember }], urls: [node.url], random, checker, answerLimitMs })
  t.teardown(() => client.stop())
  client.start()
  return { node, client, checker }
}

/** A client that is in its room and knows all its positions. */
async function settled (t: Teardown, options: Parameters<typeof makeScene>[1] = {}): Promise<Scene> {
  const scene = await makeScene(t, options)
  await scene.node.greet(1, { 'user:bob': OWN })
  answer(scene, await scene.node.hears(), 'room_info', FIRST)
  await until(() => scene.client.isSettled)
  return scene
}

function answer ({ node }: Scene, { id }: Said, type: string, payload: object): void {
  node.say({ type, id, room: ROOM, payload })
}

function message ({ node, checker }: Scene, seq: number): void {
  const content = `number ${seq}`
  const id = checker.sends({ sender: 'ada', topic: `room:${ROOM}`, content })
  checker.ack(`room:${ROOM}`, id, { epoch: FIRST.epoch, seq })
  node.say({ type: 'message', id, room: ROOM, seq, payload: { content } })
}

t.test('joins without a position first, and resumes all topics with one request later', async (t) => {
  const scene = await makeScene(t)
  const { node, client, checker } = scene
  await node.greet(1, { 'user:bob': OWN })
  const join = await node.hears()
  t.match(join, { type: 'join_room', room: ROOM, payload: {} })
  answer(scene, join, 'room_info', FIRST)
  message(scene, 11)
  await until(() => checker.verdict().delivered === 1)
  client.cut()
  await node.greet(2)
  const resume = await node.hears()
  t.match(resume, { type: 'resume', payload: { topics: { 'room:a': { epoch: 'first', seq: 11, member: true }, 'user:bob': OWN } } })
  answer(scene, resume, 'resumed', { topics: { 'room:a': { ...FIRST, seq: 11, recovered: true, missed: 1 }, 'user:bob': { ...OWN, recovered: true, missed: 0 } } })
  message(scene, 12)
  await until(() => client.isSettled)
  t.match(checker.finish(), { delivered: 2, resumedTrue: 2, replays: 1, lost: 0, unexplained: 0 })
})

t.test('one who is only subscribed says so; since, too, brings back', async (t) => {
  const scene = await makeScene(t, { random: new Fixed(0), isMember: false })
  const { node, client } = scene
  await node.greet(1, { 'user:bob': OWN })
  const subscribe = await node.hears()
  t.match(subscribe, { type: 'subscribe', room: ROOM })
  answer(scene, subscribe, 'subscribed', FIRST)
  await until(() => client.isSettled)
  client.cut()
  await node.greet(2)
  t.match(await node.hears(), { type: 'subscribe', room: ROOM, payload: { since: FIRST } })
  t.strictSame((await node.hears()).payload, { topics: { 'user:bob': OWN } })
})

t.test('a position that the greeting does not tell is asked for', async (t) => {
  const scene = await makeScene(t)
  await scene.node.greet(1)
  answer(scene, await scene.node.hears(), 'room_info', FIRST)
  const resume = await scene.node.hears()
  t.match(resume, { type: 'resume', payload: { topics: { 'user:bob': { epoch: 'none', seq: 0 } } } })
  answer(scene, resume, 'resumed', { topics: { 'user:bob': { ...OWN, recovered: false } } })
  await until(() => scene.client.isSettled)
  t.equal(scene.checker.verdict().resumedFalse, 0)
})

t.test('frames before the answer are ignored', async (t) => {
  const scene = await settled(t)
  const { node, client, checker } = scene
  client.cut()
  await node.greet(2)
  const resume = await node.hears()
  message(scene, 11)
  answer(scene, resume, 'resumed', { topics: { 'room:a': { ...FIRST, recovered: true, missed: 1 }, 'user:bob': { ...OWN, recovered: true } } })
  node.say({ type: 'message', id: 'ada/1', room: ROOM, seq: 11, payload: { content: 'number 11' } })
  await until(() => client.isSettled)
  t.match(checker.finish(), { delivered: 1, doubled: 0, unexplained: 0 })
})

t.test('what could not be resumed is asked for again from the same position', async (t) => {
  const scene = await settled(t)
  scene.client.cut()
  await scene.node.greet(2)
  const first = await scene.node.hears()
  answer(scene, first, 'error', { code: 'UNAVAILABLE' })
  const second = await scene.node.hears()
  t.strictSame({ ...second, id: '' }, { ...first, id: '' })
  t.not(second.id, first.id)
})

t.test('a gap is resumed from the last position', async (t) => {
  const scene = await settled(t)
  scene.node.say({ type: 'gap', payload: { topic: 'room:a', from_seq: 11, to_seq: 12 } })
  t.match(await scene.node.hears(), { type: 'resume', payload: { topics: { 'room:a': FIRST } } })
  t.equal(scene.checker.verdict().gaps, 1)
})

t.test('a message is said with the same id until it is acked, whatever comes between', async (t) => {
  const scene = await settled(t)
  const { node, client, checker } = scene
  client.publish(ROOM)
  const said = await node.hears()
  t.match(said, { type: 'send_message', id: 'bob/1', room: ROOM })
  answer(scene, said, 'error', { code: 'UNAVAILABLE' })
  t.strictSame(await node.hears(), said)
  node.close(1012)
  await node.greet(2)
  const resume = await node.hears()
  answer(scene, resume, 'resumed', { topics: { 'room:a': { ...FIRST, recovered: true, missed: 0 }, 'user:bob': { ...OWN, recovered: true } } })
  t.strictSame(await node.hears(), said)
  answer(scene, said, 'ack', { epoch: 'first', seq: 11, duplicate: true })
  await until(() => client.isSettled)
  t.match(checker.finish(), { sent: 1, acked: 1, duplicates: 1, lost: 0, unexplained: 0 })
})

t.test('a client that breaks off at an ack has seen the ack, and nothing else', async (t) => {
  const scene = await settled(t)
  const { node, client, checker } = scene
  client.cutAtAck()
  client.publish(ROOM)
  answer(scene, await node.hears(), 'ack', { epoch: 'first', seq: 11 })
  message(scene, 12)
  await node.greet(2)
  t.match(await node.hears(), { type: 'resume', payload: { topics: { 'room:a': { epoch: 'first', seq: 11 } } } })
  t.match(checker.verdict(), { acked: 2, delivered: 0 })
})

t.test('an ack without a place is asked for again', async (t) => {
  const scene = await settled(t)
  scene.client.publish(ROOM)
  const said = await scene.node.hears()
  answer(scene, said, 'ack', {})
  t.strictSame(await scene.node.hears(), said)
  answer(scene, said, 'ack', { epoch: 'first', seq: 11, duplicate: true })
  await until(() => scene.client.isSettled)
  t.match(scene.checker.finish(), { sent: 1, acked: 1, duplicates: 1 })
})

t.test('a refusal is final', async (t) => {
  const scene = await settled(t)
  scene.client.publish(ROOM)
  answer(scene, await scene.node.hears(), 'error', { code: 'FORBIDDEN' })
  await until(() => scene.client.isSettled)
  t.match(scene.checker.finish(), { sent: 1, acked: 0, refused: 1, unexplained: 0 })
})

t.test('a node that leaves a message unanswered is left', async (t) => {
  const { node, client } = await settled(t, { random: new Fixed(0.9), answerLimitMs: 200 })
  client.publish(ROOM)
  await until(() => node.connections === 2)
  t.strictSame([...client.connects.ends], [[1006, 1]])
})

t.test('a new connection may be there before the old one is gone', async (t) => {
  const scene = await settled(t)
  scene.client.replace(50)
  await scene.node.greet(2)
  t.match(await scene.node.hears(), { type: 'resume' })
  t.equal(scene.client.connects.count, 2)
  t.strictSame([...scene.client.connects.ends], [])
})
