import type { Test } from 'tap'
import { until } from '../helper.ts'
import { carriedBy, eventOf, nodesOf, type BuildRelay } from './relay-node.ts'
import { streamContract } from './stream-contract.ts'

function byNode (a: { readonly node: string }, b: { readonly node: string }): number {
  return a.node.localeCompare(b.node)
}

/** What every relay must do, whatever carries it. */
export function relayContract (t: Test, build: BuildRelay): void {
  t.test('a message comes back to every node that has its topic, the publisher\'s own included, once', async (t) => {
    const nodes = await nodesOf(t, build, ['room:a', 'all'])
    await nodes[0].publish(['room:a'])
    await nodes[0].publish(['all'])
    for (const node of nodes) t.same((await node.got(2)).map(({ topics }) => topics), [['room:a'], ['all']])
  })

  t.test('recipients are those of all nodes', async (t) => {
    const nodes = await nodesOf(t, build, ['room:a'])
    t.equal((await nodes[0].publish(['room:a'])).recipients, 2 * nodes.length)
  })

  t.test('an event arrives as it was published', async (t) => {
    const nodes = await nodesOf(t, build, ['room:a'])
    const event = { ...eventOf({ deep: [[null, 1.5, 'ж€😀\u2028"\\', {}]] }), id: 'i', room: 'a', sender: { id: '1', name: 'Ada' } }
    await nodes[0].publish(['room:a'], { event, except: ['connection:7', 'user:ada'] })
    for (const node of nodes) t.match(await node.got(1), [{ event, except: ['connection:7', 'user:ada'] }])
  })

  t.test('messages of one publisher arrive in the order of the calls, not of the answers', async (t) => {
    const nodes = await nodesOf(t, build, ['room:a'])
    const numbers = Array.from({ length: 200 }, (_, index) => index)
    await Promise.all(numbers.map((number) => nodes[0].publish(['room:a'], { event: eventOf(number) })))
    for (const node of nodes) t.same((await node.got(200)).map(({ event }) => event.payload), numbers)
  })

  t.test('each topic is numbered on its own from 1, without holes', async (t) => {
    const nodes = await nodesOf(t, build, ['room:a', 'room:b'])
    const seqs = []
    for (const topic of ['room:a', 'room:b', 'room:a', 'room:a']) seqs.push((await nodes[0].publish([topic])).seq)
    t.same(seqs, [1, 1, 2, 3])
    for (const node of nodes) t.same((await node.got(4)).map(({ positions }) => positions.map((position) => position?.seq)), [[1], [1], [2], [3]])
  })

  t.test('the answer, the message and the position of the topic agree', async (t) => {
    const [node] = await nodesOf(t, build, ['room:a'])
    const { seq, epoch } = await node.publish(['room:a'])
    t.same((await node.got(1))[0]?.positions, [{ seq, epoch }])
    t.same(await node.relay.position('room:a'), { seq, epoch })
  })

  t.test('a topic without messages is at 0 of an epoch, and stays in it', async (t) => {
    const [node] = await nodesOf(t, build, [])
    const { epoch, seq } = await node.relay.position('room:new')
    t.equal(seq, 0)
    t.same(await node.publish(['room:new']), { recipients: node.received.length * 2, seq: 1, epoch })
  })

  t.test('each topic of a message is handed over once, with its number', async (t) => {
    const nodes = await nodesOf(t, build, ['user:ada', 'room:a'])
    await nodes[0].publish(['room:a'])
    const result = await nodes[0].publish(['user:ada', 'room:a'])
    t.same([result.seq, result.epoch], [undefined, undefined], 'no single number to tell')
    for (const node of nodes) {
      await until(() => node.received.flatMap(carriedBy).length >= 3)
      t.same(node.received.slice(1).flatMap(carriedBy).sort(), [['room:a', 2], ['user:ada', 1]])
    }
  })

  t.test('a message with very many topics reaches each of them once, too', async (t) => {
    const topics = Array.from({ length: 100 }, (_, index) => `user:${index}`)
    const nodes = await nodesOf(t, build, ['user:7', 'user:99', 'room:a'])
    await nodes[0].publish([...topics, 'room:a'])
    await nodes[0].publish(['room:a'])
    for (const node of nodes) {
      await until(() => node.received.flatMap(carriedBy).length >= 102)
      const carried = node.received.flatMap(carriedBy).map(([topic, seq]) => `${topic} ${seq}`)
      for (const one of ['user:7 1', 'user:99 1', 'room:a 1', 'room:a 2']) t.equal(carried.filter((entry) => entry === one).length, 1, one)
    }
  })

  t.test('a repeated publish with the same id is answered like the first one, and not delivered', async (t) => {
    const nodes = await nodesOf(t, build, ['room:a'])
    const event = { ...eventOf('hello'), id: 'i1' }
    const first = await nodes[0].publish(['room:a'], { event, publisher: 'ada' })
    for (const node of nodes) t.same(await node.publish(['room:a'], { event, publisher: 'ada' }), { ...first, duplicate: true })
    t.equal((await nodes[0].publish(['room:a'])).seq, 2, 'nor did it take a number')
    for (const node of nodes) t.equal((await node.got(2)).length, 2)
  })

  t.test('the same id of another publisher, for another topic or without a publisher is another message', async (t) => {
    const [node] = await nodesOf(t, build, ['room:a', 'room:b'])
    const event = { ...eventOf('hello'), id: 'i1' }
    const results = [
      await node.publish(['room:a'], { event, publisher: 'ada' }), await node.publish(['room:a'], { event, publisher: 'bob' }),
      await node.publish(['room:b'], { event, publisher: 'ada' }), await node.publish(['room:a'], { event }), await node.publish(['room:a'], { event })
    ]
    t.same(results.map(({ seq, duplicate }) => [seq, duplicate]), [[1, undefined], [2, undefined], [1, undefined], [3, undefined], [4, undefined]])
  })

  t.test('an id that was used for other content is refused, and nothing published', async (t) => {
    const nodes = await nodesOf(t, build, ['room:a', 'room:b'])
    const event = { ...eventOf('hello'), id: 'i1' }
    await nodes[0].publish(['room:a'], { event, publisher: 'ada' })
    await t.rejects(nodes[0].publish(['room:a'], { event: { ...event, payload: 'other' }, publisher: 'ada' }), { code: 'INVALID_PAYLOAD' })
    await t.rejects(nodes[0].publish(['room:a'], { event: { ...event, type: 'other' }, publisher: 'ada' }), { code: 'INVALID_PAYLOAD' })
    t.match(await nodes[0].publish(['room:a'], { event: { ...event, timestamp: '2026-01-02T00:00:00.000Z' }, publisher: 'ada' }), { duplicate: true })
    await nodes[0].publish(['room:b'])
    for (const node of nodes) t.equal((await node.got(2)).length, 2)
  })

  t.test('an id for several topics counts for all of them at once', async (t) => {
    const [node] = await nodesOf(t, build, ['user:ada', 'room:a'])
    const event = { ...eventOf('hello'), id: 'i1' }
    const topics = ['user:ada', 'room:a']
    const first = await node.publish(topics, { event, publisher: 'x' })
    t.same(await node.publish(topics, { event, publisher: 'x' }), { ...first, duplicate: true })
    t.equal((await node.publish(['room:a'])).seq, 2)
  })

  t.test('the repetitions of a message that are under way at once are delivered once', async (t) => {
    const nodes = await nodesOf(t, build, ['room:a'])
    const event = { ...eventOf('hello'), id: 'i1' }
    const results = await Promise.all(Array.from({ length: 20 }, (_, index) => (nodes[index % nodes.length] ?? nodes[0]).publish(['room:a'], { event, publisher: 'ada' })))
    t.equal(results.filter(({ duplicate }) => duplicate !== true).length, 1)
    t.equal(new Set(results.map(({ seq }) => seq)).size, 1)
    t.equal(new Set(results.map(({ recipients }) => recipients)).size, 1, 'all are told the first count')
    await nodes[0].publish(['room:a'])
    for (const node of nodes) t.equal((await node.got(2)).length, 2)
  })

  t.test('a question is answered by every node, the asker included', async (t) => {
    const nodes = await nodesOf(t, build, [])
    for (const { relay } of nodes) relay.onQuestion(async ({ kind, of }) => `${kind} ${String(of)} ${relay.nodeId}`)
    const { answers, missing } = await nodes[0].relay.ask({ kind: 'age', of: 'ada' })
    t.same([...answers].sort(byNode), nodes.map(({ relay: { nodeId } }) => ({ node: nodeId, answer: `age ada ${nodeId}` })).sort(byNode))
    t.same(missing, [])
  })

  t.test('a node that fails to answer has answered nothing, and harms nobody', async (t) => {
    const nodes = await nodesOf(t, build, [])
    for (const { relay } of nodes) relay.onQuestion(() => { throw new Error('broken') })
    t.same((await nodes[0].relay.ask({ kind: 'age' })).answers.map(({ answer }) => answer), nodes.map(() => undefined))
  })

  for (const list of ['bans', 'tokenBans'] as const) {
    t.test(`a ban of the list ${list} is known on every node, told there, and ends by itself or by being lifted`, async (t) => {
      const nodes = await nodesOf(t, build, [])
      const told: string[] = []
      for (const { relay } of nodes) relay[list].onBanned((id, { reason }) => { told.push(`${id} ${reason}`) })
      const ban = { untilMs: Date.now() + 60_000, reason: 'spam' }
      await nodes[0].relay[list].ban('ada', ban)
      await until(() => told.length === nodes.length)
      for (const { relay } of nodes) t.same([relay[list].of('ada'), relay[list].of('bob')], [ban, undefined])
      await nodes[0].relay[list].ban('bob', { ...ban, untilMs: Date.now() - 1 })
      t.equal(nodes[0].relay[list].of('bob'), undefined)
      t.same([await nodes[0].relay[list].lift('ada'), await nodes[0].relay[list].lift('ada')], [true, false])
      await until(() => nodes.every(({ relay }) => relay[list].of('ada') === undefined))
    })
  }

  t.test('a user and a token of the same id are banned apart, whatever the id looks like', async (t) => {
    const nodes = await nodesOf(t, build, [])
    const told: string[] = []
    for (const { relay: { bans, tokenBans } } of nodes) {
      bans.onBanned((id) => { told.push(`user ${id}`) })
      tokenBans.onBanned((id) => { told.push(`token ${id}`) })
    }
    const untilMs = Date.now() + 60_000
    const ids = ['a:b', 'token:a', '{1}', '__proto__', 'ж€😀 "\\n']
    for (const id of ids) await nodes[0].relay.tokenBans.ban(id, { untilMs, reason: id })
    await until(() => told.length === ids.length * nodes.length)
    t.ok(told.every((entry) => entry.startsWith('token ')))
    for (const { relay: { bans, tokenBans } } of nodes) {
      for (const id of ids) t.same([bans.of(id), tokenBans.of(id)], [undefined, { untilMs, reason: id }], id)
    }
    await nodes[0].relay.bans.ban('a:b', { untilMs, reason: 'the user' })
    t.equal(await nodes[0].relay.tokenBans.lift('a:b'), true)
    t.match(nodes[0].relay.bans.of('a:b'), { reason: 'the user' })
  })

  t.test('a notice has no number and takes none away', async (t) => {
    const nodes = await nodesOf(t, build, ['members:a'])
    t.equal((await nodes[0].publish(['members:a'], { ephemeral: true })).seq, undefined)
    t.equal((await nodes[0].publish(['members:a'])).seq, 1)
    for (const node of nodes) t.equal((await node.got(2))[0]?.positions[0], undefined)
  })

  t.test('a single connection has no stream', async (t) => {
    const [node] = await nodesOf(t, build, ['connection:7', 'user:ada'])
    t.equal((await node.publish(['connection:7'])).seq, undefined)
    await node.publish(['connection:7', 'user:ada'])
    await until(() => node.received.flatMap(carriedBy).length >= 3)
    t.same(node.received.flatMap(carriedBy).sort(), [['connection:7', 0], ['connection:7', 0], ['user:ada', 1]])
  })

  t.test('a relay that is open can carry messages, and says so', async (t) => {
    const { relay } = await build(t)
    t.match(relay.status(), { kind: String, ready: true, reason: undefined })
  })

  t.test('a closed relay refuses with UNAVAILABLE, delivers nothing, and says why (S0-109)', async (t) => {
    const [node] = await nodesOf(t, build, ['room:a'])
    await node.relay.close()
    await t.rejects(node.publish(['room:a']), { code: 'UNAVAILABLE' })
    t.same(node.received, [])
    t.match(node.relay.status(), { ready: false, reason: String })
  })

  streamContract(t, build)
}
