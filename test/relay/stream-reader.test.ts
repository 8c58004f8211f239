import { setImmediate as endOfTurn } from 'node:timers/promises'
import t from 'tap'
import type { HistoryKeep, StreamPage, StreamRange } from '../../src/relay/history.ts'
import { CommandRunner } from '../../src/relay/redis/command-runner.ts'
import { closeClient, openCommands } from '../../src/relay/redis/connect.ts'
import { Keys } from '../../src/relay/redis/keys.ts'
import type { Script, ScriptArgument, ScriptRunner } from '../../src/relay/redis/script-runner.ts'
import { StreamReader } from '../../src/relay/redis/stream-reader.ts'
import { until } from '../helper.ts'
import { startRedis } from '../support/redis-server.ts'

const LIMIT_MS = 5_000
const DAY_S = 24 * 60 * 60
const server = await startRedis(t)
let prefixes = 0

/** A reader of streams that the test writes itself, with the scripts that it ran. */
async function open ({ size = 100, ttlMs = 60_000 }: Partial<HistoryKeep> = {}, tags = 1) {
  const commands = openCommands({ kind: 'single', server: { host: '127.0.0.1', port: server.port, username: '', password: '', db: 0, tls: false } })
  commands.on('error', () => {})
  await until(() => commands.status === 'ready')
  const runner = new CommandRunner(commands, LIMIT_MS)
  const calls: string[] = []
  const counted: ScriptRunner = {
    isReady: true,
    run: async (script: Script, keys: readonly string[], args: readonly ScriptArgument[]) => {
      calls.push(script.name)
      return await runner.run(script, keys, args)
    }
  }
  t.teardown(() => {
    runner.close()
    closeClient(commands)
  })
  const keys = new Keys(`r${prefixes += 1}`, tags)
  const reader = new StreamReader({ runner: counted, keys, keepOf: () => ({ size, ttlMs }), positionTtlMs: DAY_S * 1_000 })
  const number = async (topic: string, seq: number, epoch = 'e'): Promise<void> => { await server.command('HSET', keys.meta(topic), 'e', epoch, 's', String(seq)) }
  const push = async (topic: string, frames: readonly string[]): Promise<void> => { await server.command('RPUSH', keys.history(topic), ...frames) }
  return { reader, keys, calls, number, push }
}

function frameOf (seq: number, { epoch = 'e', payload = String(seq) } = {}): string {
  return `1m0:${epoch}:${seq}\n{}\n{"type":"news","timestamp":"2026-01-01T00:00:00.000Z"}\n${payload}`
}

function framesOf (from: number, to: number): string[] {
  return numbers(from, to).map((seq) => frameOf(seq))
}

function numbers (from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index)
}

/** The numbers of a page's messages; each message has to be the one of its number. */
function seqsOf ({ messages }: StreamPage): number[] {
  return messages.map(({ seq, message }) => seq === message.positions[0]?.seq ? seq : NaN)
}

t.test('pages above a number, below one, between two, and the newest', async (t) => {
  const { reader, number, push } = await open()
  await number('room:a', 50)
  await push('room:a', framesOf(11, 50))
  const cases: Array<[StreamRange, number[]]> = [
    [{ limit: 5 }, numbers(46, 50)],
    [{ limit: 100 }, numbers(11, 50)],
    [{ after: 20, limit: 5 }, numbers(21, 25)],
    [{ after: 48, limit: 5 }, numbers(49, 50)],
    [{ after: 0, limit: 3 }, numbers(11, 13)],
    [{ after: 50, limit: 5 }, []],
    [{ after: 70, limit: 5 }, []],
    [{ before: 20, limit: 5 }, numbers(15, 19)],
    [{ before: 13, limit: 5 }, numbers(11, 12)],
    [{ before: 11, limit: 5 }, []],
    [{ before: 99, limit: 2 }, numbers(49, 50)],
    [{ after: 20, before: 24, limit: 9 }, numbers(21, 23)],
    [{ after: 20, before: 40, limit: 4 }, numbers(21, 24)],
    [{ after: 20, before: 21, limit: 4 }, []]
  ]
  for (const [range, expected] of cases) {
    const page = await reader.read('room:a', range)
    t.same(seqsOf(page), expected, JSON.stringify(range))
    t.match(page, { epoch: 'e', seq: 50, oldest: 11 })
  }
})

t.test('a topic that nothing is known of begins with an epoch, which stays', async (t) => {
  const { reader } = await open()
  const page = await reader.read('room:a', { limit: 5 })
  t.match(page, { seq: 0, oldest: 1, messages: [] })
  t.not(page.epoch, '')
  t.same(await reader.position('room:a'), { epoch: page.epoch, seq: 0 })
})

t.test('messages of 60 KB: a page ends below 256 KB, at the end that was not asked for', async (t) => {
  const { reader, number, push } = await open()
  const large = JSON.stringify('x'.repeat(60 * 1024))
  await number('room:a', 20)
  for (const seq of numbers(1, 20)) await push('room:a', [frameOf(seq, { payload: large })])
  t.same(seqsOf(await reader.read('room:a', { after: 5, limit: 100 })), numbers(6, 9))
  t.same(seqsOf(await reader.read('room:a', { before: 16, limit: 100 })), numbers(12, 15))
  t.same(seqsOf(await reader.read('room:a', { limit: 100 })), numbers(17, 20))
})

t.test('a message above the bound of a page is one by itself', async (t) => {
  const { reader, number, push } = await open()
  await number('room:a', 3)
  const huge = JSON.stringify('x'.repeat(400 * 1024))
  await push('room:a', [frameOf(1), frameOf(2, { payload: huge }), frameOf(3)])
  t.same(seqsOf(await reader.read('room:a', { after: 1, limit: 100 })), [2])
  t.same(seqsOf(await reader.read('room:a', { after: 0, limit: 100 })), [1])
  t.same(seqsOf(await reader.read('room:a', { before: 3, limit: 100 })), [2])
})

t.test('of a list that is longer than what is kept, the rest is not shown', async (t) => {
  const { reader, number, push } = await open({ size: 10 })
  await number('room:a', 30)
  await push('room:a', framesOf(19, 30))
  for (const range of [{ limit: 100 }, { after: 0, limit: 100 }]) {
    const page = await reader.read('room:a', range)
    t.same([page.oldest, seqsOf(page)], [21, numbers(21, 30)])
  }
})

t.test('a list that lacks its last messages shows none', async (t) => {
  const { reader, number, push } = await open()
  await push('room:a', framesOf(1, 10))
  await number('room:a', 15)
  for (const range of [{ limit: 5 }, { limit: 100 }, { after: 7, limit: 3 }, { after: 12, limit: 3 }, { before: 9, limit: 2 }]) {
    t.match(await reader.read('room:a', range), { seq: 15, messages: [] }, JSON.stringify(range))
  }
})

t.test('a list that lacks messages in its middle shows only those after them', async (t) => {
  const { reader, number, push } = await open()
  await push('room:a', [...framesOf(1, 10), ...framesOf(14, 20)])
  await number('room:a', 20)
  t.same(seqsOf(await reader.read('room:a', { after: 13, limit: 100 })), numbers(14, 20))
  t.same(seqsOf(await reader.read('room:a', { limit: 7 })), numbers(14, 20))
  for (const after of numbers(0, 12)) {
    for (const limit of [1, 3, 100]) t.same(seqsOf(await reader.read('room:a', { after, limit })), [], `${limit} after ${after}`)
  }
  for (const before of numbers(2, 14)) t.same(seqsOf(await reader.read('room:a', { before, limit: 3 })), [], `before ${before}`)
})

t.test('messages of an epoch before do not count as those of this one', async (t) => {
  const { reader, number, push } = await open()
  await push('room:a', [...numbers(1, 7).map((seq) => frameOf(seq, { epoch: 'old' })), ...framesOf(1, 2)])
  await number('room:a', 2)
  for (const range of [{ limit: 100 }, { after: 0, limit: 100 }]) {
    const page = await reader.read('room:a', range)
    t.same([page.oldest, seqsOf(page)], [1, [1, 2]])
  }
})

t.test('a page with a message that cannot be read is empty', async (t) => {
  const { reader, number, push } = await open()
  await push('room:a', [frameOf(1), frameOf(2), '2m0:e:3 of another release', '', frameOf(5)])
  await number('room:a', 5)
  t.same(seqsOf(await reader.read('room:a', { after: 0, limit: 2 })), [1, 2])
  t.same(seqsOf(await reader.read('room:a', { after: 4, limit: 2 })), [5])
  t.match(await reader.read('room:a', { after: 1, limit: 2 }), { oldest: 6, messages: [] })
  t.match(await reader.read('room:a', { limit: 100 }), { oldest: 6, messages: [] })
})

t.test('a message of several topics is shown as that of this one', async (t) => {
  const { reader, number, push } = await open()
  await push('room:b', ['1m1:e:1\n{"t":["room:a","room:b"]}\n{"type":"news","timestamp":"2026-01-01T00:00:00.000Z"}\n1'])
  await number('room:b', 1)
  const { messages: [first] } = await reader.read('room:b', { limit: 5 })
  t.match(first, { seq: 1, message: { topics: ['room:a', 'room:b'], carries: [1], positions: [undefined, { epoch: 'e', seq: 1 }] } })
})

t.test('a message of very many topics is shown as that of this one alone', async (t) => {
  const { reader, number, push } = await open()
  await push('room:b', ['1m0:e:1\n{"x":["user:c"]}\n{"type":"news","timestamp":"2026-01-01T00:00:00.000Z"}\n1'])
  await number('room:b', 1)
  const { messages: [first] } = await reader.read('room:b', { limit: 5 })
  t.match(first, { seq: 1, message: { topics: ['room:b'], except: ['user:c'], carries: [0], positions: [{ epoch: 'e', seq: 1 }] } })
})

t.test('the positions of 1,200 topics in one turn are three calls, in a cluster one for each number and 500', async (t) => {
  const one = await open()
  const many = await open({}, 4)
  const topics = numbers(1, 1_200).map((index) => `room:${index}`)
  for (const { reader, calls, number } of [one, many]) {
    await number('room:7', 7)
    const positions = await Promise.all(topics.map(async (topic) => await reader.position(topic)))
    t.same(positions.map(({ seq }) => seq), topics.map((topic) => topic === 'room:7' ? 7 : 0))
    t.equal(new Set(calls).size, 1)
    t.equal(positions[6]?.epoch, 'e')
  }
  t.equal(one.calls.length, 3)
  t.equal(many.calls.length, 4)
})

t.test('a call that fails is no answer to its own topics alone', async (t) => {
  const { reader, keys, number } = await open({}, 4)
  const topics = numbers(1, 40).map((index) => `room:${index}`)
  await Promise.all(topics.slice(1).map(async (topic, index) => await number(topic, index)))
  await server.command('SET', keys.meta('room:1'), 'not a hash')
  const outcomes = await Promise.allSettled(topics.map(async (topic) => await reader.position(topic)))
  const failing = topics.map((topic) => keys.tagOf(topic) === keys.tagOf('room:1'))
  t.equal(new Set(failing).size, 2)
  t.match(outcomes, topics.map((_, index) => failing[index] === true
    ? { status: 'rejected', reason: { code: 'UNAVAILABLE' } }
    : { status: 'fulfilled', value: { epoch: 'e', seq: index - 1 } }))
})

t.test('the place of a topic without a message is kept for half as long, until it is followed or has one', async (t) => {
  const { reader, keys } = await open()
  const ttlOf = async (topic: string) => Number(await server.command('TTL', keys.meta(topic)))
  await Promise.all([reader.position('room:a'), reader.read('room:b', { limit: 5 })])
  for (const topic of ['room:a', 'room:b']) {
    const ttl = await ttlOf(topic)
    t.ok(ttl <= DAY_S / 2 && ttl > DAY_S / 2 - 60)
    await reader.check([topic], true)
    t.ok(await ttlOf(topic) > DAY_S - 60)
    await server.command('HINCRBY', keys.meta(topic), 's', '1')
    await server.command('PERSIST', keys.meta(topic))
  }
  await Promise.all([reader.position('room:a'), reader.read('room:b', { limit: 5 })])
  for (const topic of ['room:a', 'room:b']) t.ok(await ttlOf(topic) > DAY_S - 60)
})

t.test('a position that is asked for twice in a turn is looked up once', async (t) => {
  const { reader, calls } = await open()
  const [first, second] = await Promise.all([reader.position('room:a'), reader.position('room:a')])
  t.same([first, calls.length], [second, 1])
})

t.test('the same read twice in a turn is one call, another one is not, nor the same in the next turn', async (t) => {
  const { reader, number, push, calls } = await open()
  await push('room:a', framesOf(1, 3))
  await number('room:a', 3)
  const range = { after: 1, limit: 5 }
  const pages = await Promise.all([range, range, { ...range, before: 3 }, { limit: 5 }].map(async (range) => await reader.read('room:a', range)))
  t.same(pages.map(seqsOf), [[2, 3], [2, 3], [2], [1, 2, 3]])
  t.equal(calls.length, 3)
  await endOfTurn()
  await reader.read('room:a', range)
  t.equal(calls.length, 4)
})

t.test('a check changes nothing, unless it is asked to keep positions for longer', async (t) => {
  const { reader, keys, number } = await open()
  await number('room:a', 3)
  await server.command('EXPIRE', keys.meta('room:a'), '100')
  t.same(await reader.check(['room:b', 'room:a', 'room:b'], false), [undefined, { epoch: 'e', seq: 3 }, undefined])
  t.ok(Number(await server.command('TTL', keys.meta('room:a'))) <= 100)
  t.same(await reader.check(['room:a', 'room:b'], true), [{ epoch: 'e', seq: 3 }, undefined])
  t.ok(Number(await server.command('TTL', keys.meta('room:a'))) > DAY_S - 60)
  t.equal(await server.command('EXISTS', keys.meta('room:b')), 0)
})

t.test('a renewal is done once, and only while the numbers are below the one that was reached', async (t) => {
  const { reader, keys, number, push } = await open()
  await push('room:a', framesOf(1, 3))
  await number('room:a', 3)
  for (const reached of [{ epoch: 'e', seq: 3 }, { epoch: 'e', seq: 2 }, { epoch: 'other', seq: 9 }]) await reader.renew('room:a', reached)
  t.same(await reader.position('room:a'), { epoch: 'e', seq: 3 })
  await Promise.all([reader.renew('room:a', { epoch: 'e', seq: 5 }), reader.renew('room:a', { epoch: 'e', seq: 5 })])
  const { epoch, seq } = await reader.position('room:a')
  t.not(epoch, 'e')
  t.equal(seq, 3)
  t.equal(await server.command('EXISTS', keys.history('room:a')), 0)
  await reader.renew('room:a', { epoch: 'e', seq: 5 })
  t.same(await reader.position('room:a'), { epoch, seq })
})

t.test('what Redis refuses is UNAVAILABLE, for each who asked', async (t) => {
  const { reader, keys } = await open()
  await server.command('SET', keys.meta('room:a'), 'not a hash')
  const asked = [reader.position('room:a'), reader.position('room:a'), reader.check(['room:a'], true), reader.read('room:a', { limit: 1 }), reader.renew('room:a', { epoch: 'e', seq: 1 })]
  for (const outcome of await Promise.allSettled(asked)) t.match(outcome, { status: 'rejected', reason: { code: 'UNAVAILABLE' } })
})
