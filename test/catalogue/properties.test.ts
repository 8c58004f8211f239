import fc from 'fast-check'
import t from 'tap'
import { mayJoin, mayPublish } from '../../src/auth/grants.ts'
import { HubError } from '../../src/errors.ts'
import { RateGate } from '../../src/hub/rate-gate.ts'
import { RequestWindows } from '../../src/hub/request-windows.ts'
import { defaultTimings } from '../../src/hub/timings.ts'
import { TokenBucket } from '../../src/hub/token-bucket.ts'
import { connectionOf, connectionTopic, membersTopic, roleTopic, roomOfMembersTopic, roomOfTopic, roomTopic, userTopic } from '../../src/hub/topics.ts'
import { WindowCounter } from '../../src/hub/window-counter.ts'
import { JsonText } from '../../src/json-text.ts'
import { dialects } from '../../src/protocol/dialects/index.ts'
import { Keys } from '../../src/relay/redis/keys.ts'
import { roomNameProblem } from '../../src/rooms/room-name.ts'

/** Signs that a room name may hold, must not hold, or that mean something in Redis, in patterns and in paths. */
const SIGNS = ['a', 'B', '0', ' ', ':', '/', '.', '-', '*', '{', '}', '?', '[', '\n', '\0', '\u007f', '\u0085', 'é', 'e\u0301', 'Å', 'Å', '\u00a0', '\ufeff', '\ud800', '\udc00', '😀', '\u202e']
const name = fc.oneof(fc.array(fc.constantFrom(...SIGNS), { maxLength: 8 }).map((signs) => signs.join('')), fc.string({ unit: 'binary', maxLength: 140 }))
const roomName = name.filter((text) => roomNameProblem(text) === undefined)
const json = fc.jsonValue({ maxDepth: 5, stringUnit: 'grapheme' }).map((value): unknown => JSON.parse(JSON.stringify(value))).filter((value) => !/__proto__|prototype/.test(JSON.stringify(value)))
const textDialects = [...dialects.values()].filter((dialect) => dialect.wire === 'text')

/** The rule for room names, read off the contract without a regular expression. */
function isRoomName (text: string): boolean {
  if (text.length < 1 || text.length > 128 || text.normalize('NFC') !== text || text.trim() !== text) return false
  return [...text].every((sign) => {
    const code = sign.codePointAt(0) ?? 0
    return !'*{}'.includes(sign) && code > 31 && (code < 127 || code > 159) && (code < 0xd800 || code > 0xdfff)
  })
}

t.test('a room name is valid where the rule says so, and has one spelling', async (t) => {
  fc.assert(fc.property(name, (text) => (roomNameProblem(text) === undefined) === isRoomName(text)), { numRuns: 3_000 })
  fc.assert(fc.property(roomName, (text) => (
    (['NFC', 'NFD', 'NFKC', 'NFKD'] as const).every((form) => text.normalize(form).normalize('NFC') !== text || text.normalize(form) === text || roomNameProblem(text.normalize(form)) !== undefined)
  )), { numRuns: 1_000 })
  t.pass('no counterexample')
})

t.test('of a topic the room is known again, and no user, role or connection is taken for one', async (t) => {
  fc.assert(fc.property(roomName, name, (room, other) => (
    roomOfTopic(roomTopic(room)) === room && roomOfMembersTopic(membersTopic(room)) === room && connectionOf(connectionTopic(other)) === other &&
    [userTopic(other), roleTopic(other), membersTopic(other), connectionTopic(other), 'all'].every((topic) => roomOfTopic(topic) === undefined)
  )))
  fc.assert(fc.property(name, name, (one, other) => {
    const topics = (text: string): string[] => [roomTopic(text), membersTopic(text), userTopic(text), roleTopic(text), connectionTopic(text)]
    return one === other || topics(one).every((topic) => !topics(other).includes(topic))
  }))
  t.pass('no counterexample')
})

t.test('names in Redis are of one thing only: no two topics, kinds or prefixes meet', async (t) => {
  const prefix = fc.constantFrom('hub', 'hub:', 'hub:chat', 'a', 'h')
  const topic = fc.oneof(name.map(roomTopic), name.map(userTopic), name.map(roleTopic), name.map(membersTopic), fc.constant('all'))
  const place = fc.record({ prefix, topic, tags: fc.constantFrom(1, 256), kind: fc.constantFrom('channel' as const, 'meta' as const, 'history' as const) })
  const keyOf = (at: { prefix: string, topic: string, tags: number, kind: 'channel' | 'meta' | 'history' }): string => new Keys(at.prefix, at.tags)[at.kind](at.topic)
  fc.assert(fc.property(place, place, (one, other) => (
    keyOf(one) !== keyOf(other) || (one.prefix === other.prefix && one.topic === other.topic && one.kind === other.kind)
  )), { numRuns: 2_000 })
  fc.assert(fc.property(place, (at) => keyOf(at).startsWith(`${at.prefix}:{`) && keyOf(at).endsWith(at.topic)))
  t.pass('no counterexample')
})

t.test('whatever a client sends is a request or a refusal, in every dialect', async (t) => {
  const bytes = fc.oneof(fc.json({ stringUnit: 'binary' }).map((text) => Buffer.from(text)), fc.uint8Array({ maxLength: 120 }).map((content) => Buffer.from(content)))
  fc.assert(fc.property(bytes, fc.constantFrom(...dialects.values()), (content, dialect) => {
    try {
      const { type, flaw } = dialect.wire === 'text' ? dialect.decode(content.toString()) : dialect.decode(content)
      return typeof type === 'string' && (flaw === undefined || flaw instanceof HubError)
    } catch (error) {
      return error instanceof HubError && error.code === 'INVALID_FORMAT'
    }
  }), { numRuns: 3_000 })
  t.pass('no counterexample')
})

t.test('what is accepted reaches the receivers as it was sent, in every JSON dialect', async (t) => {
  const dialect = fc.constantFrom(...textDialects.filter((known) => known.name !== 'flat.v1'))
  fc.assert(fc.property(dialect, fc.string({ minLength: 1 }), roomName, json, (spoken, id, room, value) => {
    const field = spoken.name === 'hub.v1' ? 'payload' : 'data'
    const { type, payload, flaw } = spoken.decode(JSON.stringify({ type: 'publish', id, room, [field]: value }))
    if (flaw !== undefined) return false
    const event = { type: 'message', room, payload: new JsonText(JSON.stringify(payload)), sender: { id: 'ada', name: 'Ada' }, timestamp: '2026-01-01T00:00:00.000Z' }
    const frame: Record<string, unknown> = JSON.parse(spoken.encode({ event }) ?? 'null')
    return type === 'publish' && JSON.stringify(frame[field]) === JSON.stringify(value) && frame['room'] === room
  }), { numRuns: 2_000 })
  t.pass('no counterexample')
})

t.test('a token bucket never gives more than its burst and what came back meanwhile, whatever the schedule', async (t) => {
  const pauses = fc.array(fc.oneof(fc.nat(2_000), fc.constant(0), fc.integer({ min: -500, max: 0 })), { minLength: 1, maxLength: 200 })
  fc.assert(fc.property(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 50 }), pauses, (rate, burst, steps) => {
    const bucket = new TokenBucket(rate, burst, 0)
    const clock = { now: 0, forward: 0, given: 0 }
    return steps.every((step) => {
      clock.now += step
      clock.forward += Math.max(0, step)
      clock.given += bucket.take(clock.now) ? 1 : 0
      return clock.given <= burst + rate * clock.forward / 1_000 + 1e-6
    })
  }))
  t.pass('no counterexample')
})

t.test('a window counts what is in it, whatever the schedule', async (t) => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 1_000 }), fc.array(fc.nat(600), { maxLength: 100 }), (windowMs, steps) => {
    const counter = new WindowCounter(windowMs)
    const model = { now: 0, startedAt: -Infinity, count: 0 }
    return steps.every((step) => {
      model.now += step
      if (model.now - model.startedAt >= windowMs) Object.assign(model, { startedAt: model.now, count: 0 })
      model.count += 1
      return counter.add(model.now) === model.count
    })
  }))
  t.pass('no counterexample')
})

t.test('requests are counted for each caller by itself, however they come', async (t) => {
  fc.assert(fc.property(fc.array(fc.constantFrom('ada', 'bob', '__proto__', '1'), { maxLength: 50 }), (callers) => {
    const windows = new RequestWindows()
    return callers.every((caller, index) => windows.count(caller, 60_000).current === callers.slice(0, index + 1).filter((other) => other === caller).length)
  }))
  t.pass('no counterexample')
})

t.test('a gate lets the burst in, warns before it refuses, and closes at the last refusal that it forgives', async (t) => {
  const bound = fc.integer({ min: 1, max: 30 })
  fc.assert(fc.property(bound, bound, bound, (burst, refusalLimit, frames) => {
    const said: string[] = []
    const peer = { isOpen: true, send: (type: string) => said.push(type) > 0, close: ({ code }: { code: number }) => { said.push(`close ${code}`) } }
    const gate = new RateGate(peer, { perSecond: 1e-9, burst }, { ...defaultTimings, refusalLimit })
    const admitted = Array.from({ length: frames }, () => gate.admit()).filter(Boolean).length
    const refused = frames - Math.min(frames, burst)
    const isClosed = said.includes('close 4029')
    return admitted === Math.min(frames, burst) && isClosed === (refused >= refusalLimit) && (refused === 0 || said[0] === 'rate_warning')
  }))
  t.pass('no counterexample')
})

t.test('grants open what a naive reading of them says, and nothing else', async (t) => {
  const sign = fc.constantFrom('a', 'b', ':', '*')
  const text = fc.array(sign, { maxLength: 4 }).map((signs) => signs.join(''))
  const patterns = fc.option(fc.array(text, { maxLength: 4 }), { nil: undefined })
  const fits = (room: string, pattern: string): boolean => (
    pattern.at(-1) === '*' ? room.slice(0, pattern.length - 1) === pattern.slice(0, -1) : room === pattern
  )
  fc.assert(fc.property(text.filter((room) => room !== '' && !room.includes('*')), patterns, patterns, (room, join, publish) => {
    const identity = { userId: 'ada', name: 'Ada', roles: ['user'], grants: { ...(join && { join }), ...(publish && { publish }) } }
    const opens = (list: readonly string[] | undefined): boolean => list !== undefined && list.some((pattern) => fits(room, pattern))
    return mayJoin(identity, room) === opens(join) && mayPublish(identity, room) === opens(publish ?? join)
  }), { numRuns: 2_000 })
  t.pass('no counterexample')
})
