import t from 'tap'
import { hubNames } from '../../bench/hubs.ts'
import { planLoad } from '../../bench/load/options.ts'
import { readOptions } from '../../bench/options.ts'

t.test('without arguments all scenes and hubs are measured in three rounds and written down', async (t) => {
  const { scenes, hubs, rounds, scale, outFolder = '' } = readOptions([])
  t.strictSame({ scenes, hubs, rounds, scale }, { scenes: [], hubs: [...hubNames], rounds: 3, scale: 1 })
  t.match(outFolder, /bench$/)
})

t.test('names may be given with commas or one by one', async (t) => {
  const { scenes, hubs } = readOptions(['--scene', 'a16,b64', '--scene', 'd', '--peers', 'wshub, ws'])
  t.strictSame(scenes, ['a16', 'b64', 'd'])
  t.strictSame(hubs, ['wshub', 'ws'])
})

t.test('a scaled run is not written down unless it is asked to be', async (t) => {
  t.equal(readOptions(['--scale', '0.1']).outFolder, undefined)
  t.equal(readOptions(['--scale', '0.1', '--out', 'here']).outFolder, 'here')
})

t.test('a wrong argument is refused with what was expected', async (t) => {
  t.throws(() => readOptions(['--rounds', 'many']), /--rounds: expected a number from 1 to 100, got many/)
  t.throws(() => readOptions(['--peers', 'nginx']), /--peers: expected wshub, no-history, mixed, binary, wshub\+redis, no-history\+redis, ws, socket.io, socket.io\+redis, fastify, got nginx/)
  t.throws(() => readOptions(['--scale', '2']), /--scale/)
  t.throws(() => readOptions(['--nonsense']), /nonsense/)
})

t.test('a load has a default for everything but the address', async (t) => {
  const { rooms, membersPerRoom, publishersPerRoom, traffic } = planLoad({ url: 'ws://127.0.0.1:1' })
  t.strictSame({ rooms, membersPerRoom, publishersPerRoom, traffic }, { rooms: 1, membersPerRoom: 1_000, publishersPerRoom: 1_000, traffic: { kind: 'window', inFlight: 16 } })
})

t.test('a load beyond all bounds is refused', async (t) => {
  const url = 'ws://127.0.0.1:1'
  t.throws(() => planLoad({ url: 'http://127.0.0.1:1' }), /ws:\/\/ or wss:\/\//)
  t.throws(() => planLoad({ url: [url, 'http://127.0.0.1:2'] }), /http:\/\/127.0.0.1:2: expected/)
  t.throws(() => planLoad({ url: [] }), /addresses: expected one at least/)
  t.throws(() => planLoad({ url, membersPerRoom: 60_001 }), /connections: expected 2 to 60000, got 60001/)
  t.throws(() => planLoad({ url, membersPerRoom: 10_000, publishersPerRoom: 10_000 }), /publishers of a room/)
  t.throws(() => planLoad({ url, seconds: Number.NaN }), /seconds/)
  t.throws(() => planLoad({ url, traffic: { kind: 'window', inFlight: 0 } }), /messages in flight/)
  t.throws(() => planLoad({ url, contentBytes: 10 }), /bytes of content/)
})
