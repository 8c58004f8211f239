import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import t from 'tap'
import type { Teardown } from '../helper.ts'
import { Random } from '../faults/random.ts'
import { Counts, seedOf, type MakeLane } from './arena.ts'
import { Batches } from './batches.ts'
import { makeRestRequest } from './body-text.ts'
import { bodyLane } from './body-lane.ts'
import { Conversation } from './conversation.ts'
import { describe, Findings } from './findings.ts'
import { frameLane } from './frame-lane.ts'
import { handshakeLane } from './handshake-lane.ts'
import { makeHandshake } from './handshake-text.ts'
import { readOptions } from './options.ts'
import { Tally } from './tally.ts'
import { Watchdog } from './watchdog.ts'

const UPGRADED = 'HTTP/1.1 101 Switching Protocols\r\n\r\n'
const GREETING = '{"type":"connected"}'

/** Makes connections with a server that answers each chunk in its own way, until something was found; what that was. */
async function findingsOf (t: Teardown, makeLane: MakeLane, answer: (socket: Socket, isFirst: boolean) => void): Promise<string[]> {
  const server = createServer((socket) => {
    let chunks = 0
    socket.on('error', () => {})
    socket.on('data', () => answer(socket, ++chunks === 1))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const watchdog = new Watchdog()
  t.teardown(() => { watchdog.stop(); server.close() })
  const findings = new Findings()
  const lane = makeLane({ seed: 7, service: { port, profile: 'unlimited' }, answerMs: 100, watchdog, findings, counts: new Counts(), tickets: [], dialect: 'hub.v1' }, 0)
  for (let number = 0; findings.all.length === 0; number += 1) await lane.run(number)
  return findings.all.map(({ what }) => what)
}

const textFrame = (text: string): Buffer => Buffer.concat([Buffer.from([0x81, text.length]), Buffer.from(text)])

t.test('finds that frames are not answered', async (t) => {
  const found = await findingsOf(t, frameLane, (socket, isFirst) => { if (isFirst) socket.write(UPGRADED) })
  t.match(found, [/not (?:answered|closed)/])
})

t.test('finds that a connection is cut without a close frame', async (t) => {
  const found = await findingsOf(t, frameLane, (socket, isFirst) => { if (isFirst) socket.write(UPGRADED); else socket.end() })
  t.match(found, ['the connection was cut without a close frame'])
})

t.test('finds a close code that says nothing of what was wrong', async (t) => {
  const found = await findingsOf(t, frameLane, (socket, isFirst) => { if (isFirst) socket.write(UPGRADED); else socket.end(Buffer.from([0x88, 2, 0x03, 0xf3])) })
  t.match(found, ['an unexpected close code'])
})

t.test('finds a fault that a frame tells of', async (t) => {
  const found = await findingsOf(t, frameLane, (socket, isFirst) => { if (isFirst) socket.write(UPGRADED); else socket.end(textFrame('{"type":"error","payload":{"code":"INTERNAL_ERROR"}}')) })
  t.match(found, ['INTERNAL_ERROR in a frame'])
})

t.test('finds that a handshake is not answered', async (t) => {
  t.match(await findingsOf(t, handshakeLane, () => {}), ['a handshake was neither answered nor closed'])
})

t.test('finds that a bad token is let in', async (t) => {
  const found = await findingsOf(t, handshakeLane, (socket) => { socket.end(Buffer.concat([Buffer.from(UPGRADED), textFrame(GREETING)])) })
  t.match(found, ['a bad token was let in'])
})

t.test('finds a request that fails, and one that is obeyed though it must not be', async (t) => {
  const answer = (status: string) => (socket: Socket): void => { socket.end(`HTTP/1.1 ${status}\r\ncontent-length: 2\r\n\r\n{}`) }
  t.match(await findingsOf(t, bodyLane, answer('500 Oops')), ['a fault of the service'])
  t.match(await findingsOf(t, bodyLane, answer('200 OK')), ['somebody was obeyed who is no administrator'])
})

t.test('the same seed makes the same inputs, another one others', async (t) => {
  const inputsOf = (seed: number): string => {
    const random = new Random(seed)
    const conversation = new Conversation({ rooms: ['a'], userId: 'ada', tokens: ['x'] }, random)
    const frames = ['hub.v1', 'protobuf.v1', 'flat.v1'].map((dialect) => new Batches(dialect, conversation, random, new Tally()).next().bytes.toString('hex'))
    return [...frames, makeHandshake(random, []).text, makeRestRequest(random).text].join()
  }
  t.equal(inputsOf(1), inputsOf(1))
  t.not(inputsOf(1), inputsOf(2))
  const seeds = [0, 1, 2].flatMap((lane) => [0, 1, 2].map((number) => seedOf(1, { kind: 'frames', lane, number })))
  t.equal(new Set(seeds).size, seeds.length)
})

t.test('a finding tells what to repeat it with, and what was sent', async (t) => {
  const text = describe({ what: 'odd', detail: 'why', case: { kind: 'frames', lane: 3, number: 17 }, inputs: [Buffer.from('\u0081a')] })
  t.equal(text, 'FINDING: odd (--only frames/3/17)\n  why\n  sent as hex: c28161\n  sent as text: "Â\u0081a"')
})

t.test('reads what is asked for, and refuses what it does not understand', async (t) => {
  t.match(readOptions(['--for', '10m', '--frames', '5', '--handshakes', '6', '--bodies', '7', '--seed', '8', '--dialect', 'flat.v1', '--only', 'bodies/1/2']), {
    durationMs: 600_000, goals: { frames: 5, handshakes: 6, bodies: 7 }, seed: 8, dialect: 'flat.v1', only: { kind: 'bodies', lane: 1, number: 2 }, help: false
  })
  t.match(readOptions([]), { durationMs: 60_000, goals: { frames: 0, handshakes: 0, bodies: 0 }, dialect: undefined, only: undefined })
  for (const args of [['--for', 'long'], ['--frames', '-1'], ['--seed', 'x'], ['--dialect', 'klingon'], ['--only', 'frames'], ['--only', 'x/1/2'], ['word']]) t.throws(() => readOptions(args), args.join(' '))
})
