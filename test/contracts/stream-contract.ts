import type { Test } from 'tap'
import type { TopicName } from '../../src/hub/topics.ts'
import type { StreamPage, StreamRange } from '../../src/relay/history.ts'
import { until } from '../helper.ts'
import { carriedBy, eventOf, nodesOf, type BuildRelay, type Node } from './relay-node.ts'

const TOPIC = 'room:a'

function numbersOf ({ messages }: StreamPage): number[] {
  return messages.map(({ seq }) => seq)
}

/** All whole numbers between two, these included. */
function numbers (first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index)
}

/** What comes of reading a range of a topic with so many messages. */
async function readOf (node: Node, count: number, range: StreamRange) {
  await node.publishMany(TOPIC, count)
  const page = await node.read(TOPIC, range)
  return [numbersOf(page), page.oldest, page.seq]
}

/** What every relay must do with the messages that it keeps, whatever keeps them. */
export function streamContract (t: Test, build: BuildRelay): void {
  t.test('the stream holds what was published, in order, as it was published', async (t) => {
    const nodes = await nodesOf(t, build, [])
    const event = { ...eventOf({ deep: [[null, 1.5, 'ж€😀\u2028"\\', {}]] }), id: 'i', room: 'a', sender: { id: '1', name: 'Ada' } }
    const { epoch } = await nodes[0].publish([TOPIC], { event, except: ['connection:7', 'user:ada'], publisher: '1' })
    await nodes[0].publish([TOPIC], { event: { ...eventOf('two'), type: 'other' } })
    for (const node of nodes) {
      const page = await node.read(TOPIC)
      t.match(page, { epoch, seq: 2, oldest: 1, messages: { length: 2 } })
      t.match(page.messages[0], { seq: 1, message: { topics: [TOPIC], event, except: ['connection:7', 'user:ada'], carries: [0], positions: [{ epoch, seq: 1 }] } })
      t.match(page.messages[1], { seq: 2, message: { topics: [TOPIC], event: { type: 'other', payload: 'two' }, except: undefined, carries: [0], positions: [{ epoch, seq: 2 }] } })
    }
  })

  t.test('a page begins behind a number, with the oldest', async (t) => {
    const [node] = await nodesOf(t, build, [])
    t.same(await readOf(node, 6, { after: 2, limit: 3 }), [[3, 4, 5], 1, 6])
    t.same(numbersOf(await node.read(TOPIC, { after: 4, limit: 3 })), [5, 6])
    t.same(numbersOf(await node.read(TOPIC, { after: 0, limit: 1 })), [1])
  })

  t.test('a page ends before a number, with the newest', async (t) => {
    const [node] = await nodesOf(t, build, [])
    t.same(await readOf(node, 6, { before: 5, limit: 3 }), [[2, 3, 4], 1, 6])
    t.same(numbersOf(await node.read(TOPIC, { before: 2, limit: 3 })), [1])
    t.same(numbersOf(await node.read(TOPIC, { before: 1, limit: 3 })), [])
    t.same(numbersOf(await node.read(TOPIC, { before: 100, limit: 2 })), [5, 6])
  })

  t.test('a page lies between two numbers, and begins with the oldest', async (t) => {
    const [node] = await nodesOf(t, build, [])
    t.same(await readOf(node, 6, { after: 1, before: 5, limit: 10 }), [[2, 3, 4], 1, 6])
    t.same(numbersOf(await node.read(TOPIC, { after: 1, before: 5, limit: 2 })), [2, 3])
    t.same(numbersOf(await node.read(TOPIC, { after: 4, before: 5, limit: 2 })), [])
    t.same(numbersOf(await node.read(TOPIC, { after: 5, before: 2, limit: 2 })), [])
  })

  t.test('without a number a page is the newest one', async (t) => {
    const [node] = await nodesOf(t, build, [])
    t.same(await readOf(node, 6, { limit: 4 }), [[3, 4, 5, 6], 1, 6])
    t.same(numbersOf(await node.read(TOPIC, { limit: 10 })), numbers(1, 6))
  })

  t.test('a page is bounded in bytes: with a number to begin behind it lacks its end, else its beginning', async (t) => {
    const [node] = await nodesOf(t, build, [])
    for (const seq of numbers(1, 8)) await node.publish([TOPIC], { event: eventOf(`${seq}${'x'.repeat(60_000)}`) })
    const pages: Array<[range: StreamRange, seqs: number[]]> = [
      [{ after: 0, limit: 100 }, [1, 2, 3, 4]],
      [{ after: 4, limit: 100 }, [5, 6, 7, 8]],
      [{ after: 2, before: 8, limit: 100 }, [3, 4, 5, 6]],
      [{ limit: 100 }, [5, 6, 7, 8]],
      [{ before: 8, limit: 100 }, [4, 5, 6, 7]],
      [{ before: 4, limit: 2 }, [2, 3]]
    ]
    for (const [range, seqs] of pages) {
      const page = await node.read(TOPIC, range)
      t.same([numbersOf(page), page.oldest, page.seq], [seqs, 1, 8], JSON.stringify(range))
      t.same(page.messages.map(({ message }) => String(message.event.payload)[0]), seqs.map(String))
    }
  })

  t.test('a message that is larger than a page is a page by itself', async (t) => {
    const [node] = await nodesOf(t, build, [])
    for (const length of [1, 300_000, 1]) await node.publish([TOPIC], { event: eventOf('x'.repeat(length)) })
    const ranges = [{ after: 0, limit: 100 }, { after: 1, limit: 100 }, { after: 2, limit: 100 }, { before: 4, limit: 100 }, { before: 3, limit: 100 }]
    const pages = []
    for (const range of ranges) pages.push(numbersOf(await node.read(TOPIC, range)))
    t.same(pages, [[1], [2], [3], [3], [2]])
  })

  t.test('a stream without messages has an empty page at 0', async (t) => {
    const [node] = await nodesOf(t, build, [])
    const page = await node.read(TOPIC)
    t.match(page, { seq: 0, oldest: 1, messages: { length: 0 } })
    t.same(await node.relay.position(TOPIC), { epoch: page.epoch, seq: 0 })
  })

  t.test('behind the top there is nothing, and the top is named', async (t) => {
    const [node] = await nodesOf(t, build, [])
    t.same(await readOf(node, 3, { after: 3, limit: 10 }), [[], 1, 3])
    t.match(await node.read(TOPIC, { after: 50, limit: 10 }), { seq: 3, oldest: 1, messages: { length: 0 } })
  })

  t.test('a topic of which nothing is kept is numbered all the same', async (t) => {
    const nodes = await nodesOf(t, build, [])
    const { epoch } = await nodes[0].publish(['role:staff'])
    for (const node of nodes) t.same(await node.read('role:staff'), { epoch, seq: 1, oldest: 2, messages: [] })
  })

  t.test('what is kept can be asked', async (t) => {
    const [{ relay }] = await nodesOf(t, build, [])
    t.same([TOPIC, 'user:ada', 'role:staff', 'members:a', 'connection:7'].map((topic) => relay.keeps(topic)), [true, true, false, false, false])
  })

  t.test('so many messages are kept as was asked for, never more', async (t) => {
    const nodes = await nodesOf(t, build, [], { keepOf: () => ({ size: 8, ttlMs: 60_000 }) })
    if (!t.ok(nodes[0].relay.keeps('all'), 'the relay is built with what the test says')) return
    for (const seq of numbers(1, 27)) {
      await nodes[0].publish(['all'], { counted: false })
      const oldest = Math.max(1, seq - 7)
      for (const node of nodes) {
        const page = await node.read('all')
        t.same([page.seq, page.oldest, numbersOf(page)], [seq, oldest, numbers(oldest, seq)])
      }
    }
    t.same(numbersOf(await nodes[0].read('all', { after: 3, limit: 2 })), [20, 21], 'the oldest there are')
  })

  t.test('what is kept goes after its time, and the numbering goes on', async (t) => {
    const [node] = await nodesOf(t, build, [], { keepOf: () => ({ size: 8, ttlMs: 1_000 }) })
    if (!t.ok(node.relay.keeps('all'), 'the relay is built with what the test says')) return
    const { epoch } = (await node.publishMany('all', 3))[0] ?? {}
    await until(async () => (await node.read('all')).messages.length === 0)
    t.same(await node.read('all', { after: 0, limit: 10 }), { epoch, seq: 3, oldest: 4, messages: [] })
    t.same(await node.relay.position('all'), { epoch, seq: 3 })
    t.match(await node.publish(['all']), { epoch, seq: 4 })
    t.equal((await node.read('all')).seq, 4)
  })

  t.test('a message of several topics is in the stream of each, with its number there', async (t) => {
    const nodes = await nodesOf(t, build, [])
    const topics = ['connection:7', 'user:ada', TOPIC, 'role:staff']
    await nodes[0].publish([TOPIC])
    await nodes[0].publish(topics, { event: eventOf('for all of them'), except: ['connection:8'] })
    const inStream = async (node: Node, topic: TopicName) => (await node.read(topic)).messages.at(-1)?.message
    for (const node of nodes) {
      const [inUser, inRoom, inRole] = [await inStream(node, 'user:ada'), await inStream(node, TOPIC), await inStream(node, 'role:staff')]
      t.same([inUser, inRoom].map((message) => message && carriedBy(message)), [[['user:ada', 1]], [[TOPIC, 2]]])
      for (const message of [inUser, inRoom]) t.match(message, { topics, except: ['connection:8'], event: { payload: 'for all of them' } })
      t.equal(inRole, undefined)
    }
  })

  t.test('a notice is not kept', async (t) => {
    const [node] = await nodesOf(t, build, [])
    await node.publish([TOPIC], { event: eventOf('kept') })
    await node.publish([TOPIC], { event: eventOf('notice'), ephemeral: true })
    await node.publish([TOPIC], { event: eventOf('kept, too') })
    t.same((await node.read(TOPIC)).messages.map(({ message }) => message.event.payload), ['kept', 'kept, too'])
  })

  t.test('a repetition is not kept a second time', async (t) => {
    const nodes = await nodesOf(t, build, [])
    const event = { ...eventOf('once'), id: 'i1' }
    for (const node of [...nodes, ...nodes]) await node.publish([TOPIC], { event, publisher: 'ada' })
    await nodes[0].publish([TOPIC])
    for (const node of nodes) t.same(numbersOf(await node.read(TOPIC)), [1, 2])
  })

  t.test('the positions of several topics are those of each', async (t) => {
    const nodes = await nodesOf(t, build, [])
    await nodes[0].publishMany(TOPIC, 3)
    await nodes[0].publish(['role:staff'])
    const topics = ['user:ada', TOPIC, 'role:staff', 'room:b']
    for (const { relay } of nodes) {
      const positions = await relay.positions(topics)
      t.same(positions.map(({ seq }) => seq), [0, 3, 1, 0])
      t.same(positions, await Promise.all(topics.map((topic) => relay.position(topic))))
      t.same(await relay.positions([]), [])
    }
  })

  t.test('who reads while others publish gets pages without holes, and has been handed everything up to their place', async (t) => {
    const nodes = await nodesOf(t, build, [TOPIC])
    // As whoever comes to a topic does: a node follows from the first place on that it is told of.
    for (const { relay } of nodes) await relay.position(TOPIC)
    const publishing = { isOver: false }
    const published = publishInPortions(nodes[0], 30).then(() => { publishing.isOver = true })
    const readers = nodes.map(async (node) => {
      let seen = 0
      do {
        const page = await node.read(TOPIC, { after: seen, limit: 20 })
        t.same(node.received.flatMap(carriedBy).map(([, seq]) => seq).slice(0, page.seq), numbers(1, page.seq), 'each of them, in order')
        const first = Math.max(seen + 1, page.oldest)
        t.same(numbersOf(page), numbers(first, Math.min(page.seq, first + page.messages.length - 1)))
        t.ok(page.messages.length > 0 || page.seq <= seen, 'a page is empty only where there is nothing')
        seen = page.messages.at(-1)?.seq ?? seen
      } while (!publishing.isOver || seen < 300)
    })
    await Promise.all([published, ...readers])
  })
}

async function publishInPortions (node: Node, portions: number): Promise<void> {
  for (let portion = 0; portion < portions; portion += 1) await node.publishMany(TOPIC, 10)
}
