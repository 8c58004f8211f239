import t from 'tap'
import { planLoad, type LoadOptions } from '../../bench/load/load.ts'
import { readBench } from '../../src/cli/bench-options.ts'
import { SECRET } from '../helper.ts'
import { cli, TestWorld } from '../support/cli-world.ts'

const env = { JWT_SECRET: SECRET }

function optionsOf (...args: readonly string[]): LoadOptions {
  return readBench(args, new TestWorld(env)).options
}

t.test('without flags the load is one that a service with default settings takes', async (t) => {
  t.match(optionsOf(), {
    url: 'ws://localhost:8080/ws',
    rooms: 1,
    membersPerRoom: 100,
    traffic: { kind: 'rate', messagesPerSecond: 100 },
    contentBytes: 100,
    seconds: 10,
    secret: SECRET
  })
})

t.test('connections are those of all rooms together', async (t) => {
  t.match(optionsOf('--connections', '600', '--rooms', '20'), { rooms: 20, membersPerRoom: 30 })
})

t.test('a room has a name of its own in each run, unless it is given', async (t) => {
  t.not(optionsOf().room, optionsOf().room)
  t.equal(optionsOf('--room', 'hall').room, 'hall')
})

t.test('either a window or a rate is kept', async (t) => {
  t.same(optionsOf('--window', '16').traffic, { kind: 'window', inFlight: 16 })
  t.same(optionsOf('--rate', '0.5').traffic, { kind: 'rate', messagesPerSecond: 0.5 })
})

t.test('the largest load needs no further flag', async (t) => {
  const { publishersPerRoom, membersPerRoom } = planLoad(optionsOf('--connections', '60000'))
  t.equal(membersPerRoom, 60_000)
  t.ok(publishersPerRoom > 0 && publishersPerRoom < 1_000, `${publishersPerRoom} publishers`)
})

t.test('an address may begin with http and have a path of its own; the dialect is named', async (t) => {
  const { options, shown } = readBench(['--url', 'https://hub.example/live?token=x'], new TestWorld(env))
  t.same([options.url, shown], ['wss://hub.example/live?token=x&dialect=hub.v1', 'wss://hub.example/live'])
})

const mistakes: ReadonlyArray<readonly [flags: string, expected: RegExp]> = [
  ['--connections 10 --rooms 3', /^wshub: --connections: expected a multiple of --rooms, such as 9 or 12, got 10 for 3 rooms;/],
  ['--connections 10 --rooms 6', /^wshub: --rooms: expected a number from 1 to 5, got 6;/],
  ['--connections 60001', /^wshub: --connections: expected a number from 2 to 60000, got 60001;/],
  ['--connections 10.5', /^wshub: --connections: expected a whole number, got 10\.5;/],
  ['--seconds 1e1', /^wshub: --seconds: expected a number from 0\.1 to 600, got 1e1;/],
  ['--window 1 --rate 1', /^wshub: --window, --rate: expected one of them/],
  ['--window 0', /^wshub: --window: /],
  ['--rate 0', /^wshub: --rate: /],
  ['--bytes 23', /^wshub: --bytes: expected a number from 24 to 2000/],
  ['--publishers 101', /^wshub: --publishers: expected a number from 1 to 100/],
  ['--room *', /^wshub: --room: expected no control characters/],
  [`--rooms 2 --room ${'r'.repeat(123)}`, /^wshub: --room: expected at most 128 characters/],
  ['--pid 2147483647', /^wshub: --pid: expected a process of this machine/],
  ['--url ftp://hub', /^wshub: --url: /],
  ['--secret short', /^wshub: --secret: expected 32 bytes or more, got 5;/],
  ['--windows 1', /^wshub: unknown flag --windows \(did you mean --window\?\)/]
]

for (const [flags, expected] of mistakes) {
  t.test(`${flags.slice(0, 40)} is refused by the name of its flag`, async (t) => {
    t.match(await cli(['bench', ...flags.split(' ')], env), { code: 2, stdout: '', stderr: expected })
  })
}

t.test('without a token and a secret both are named, in production too', async (t) => {
  for (const settings of [{}, { NODE_ENV: 'production', WSHUB_TOKEN: ' ' }]) {
    t.match(await cli(['bench'], settings), { code: 2, stdout: '', stderr: /^wshub: expected --secret \(or JWT_SECRET\), .* or --token \(or WSHUB_TOKEN\)/ })
  }
})

t.test('a bad token and bad settings are refused by their names', async (t) => {
  t.match(await cli(['bench', '--token', 'two words']), { code: 2, stderr: /^wshub: --token: / })
  t.match(await cli(['bench'], { JWT_SECRET: 'canary' }), { code: 2, stderr: /JWT_SECRET: (?!.*canary)/ })
})
