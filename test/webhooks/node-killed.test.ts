import { once } from 'node:events'
import { SignJWT } from 'jose'
import t from 'tap'
import { startInstances } from '../../examples/cluster/instance.ts'
import { connect } from '../client.ts'
import { SECRET, until, type Teardown } from '../helper.ts'
import { startRedis } from '../support/redis-server.ts'
import { onceEach, startTelling, tally } from './nodes.ts'
import { startReceiver, WEBHOOK_SECRET } from './receiver.ts'

const GRACE = { WS_PRESENCE_GRACE: '1s' }

t.setTimeout(58_000)

async function joinHall (t: Teardown, address: string, user: string): Promise<void> {
  const claims = { sub: user, exp: Math.floor(Date.now() / 1000) + 3_600 }
  const token = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(SECRET))
  const client = connect(t, address, { token })
  await client.next('connected')
  await client.request({ type: 'join_room', room: 'hall' })
}

t.test('a node is killed in the midst of a request: another one sends that again, and tells who is away, once', async (t) => {
  const receiver = await startReceiver(t)
  const { url } = await startRedis(t)
  const { all: [doomed] } = await startInstances(1, { REDIS_URL: url, JWT_SECRET: SECRET, WEBHOOK_URL: receiver.url, WEBHOOK_SECRET, LOG_LEVEL: 'warn', ...GRACE })
  if (doomed === undefined) throw new Error('expected a node')
  t.teardown(() => doomed.process.kill('SIGKILL'))
  await until(async () => (await fetch(`${doomed.address}/health/ready`)).ok)
  receiver.mood = 'hang'
  const users = ['u1', 'u2', 'u3']
  for (const user of users) await joinHall(t, doomed.address, user)
  await until(() => receiver.requests.length > 0)
  const [first] = receiver.requests
  doomed.process.kill('SIGKILL')
  if (doomed.process.exitCode === null && doomed.process.signalCode === null) await once(doomed.process, 'exit')
  receiver.mood = 200
  await startTelling(t, { receiver, url, env: GRACE, count: 1 })
  const told = await receiver.hasHeard(4 * users.length + 2)
  const rooms = told.filter((line) => line.startsWith('room_'))
  t.strictSame(rooms.map((line) => line.split(' ')[0]), ['room_occupied', 'room_empty'])
  t.strictSame(tally(receiver), onceEach([
    ...rooms, ...users.flatMap((user) => [`connected ${user}`, `joined ${user} hall`, `left ${user} hall`, `disconnected ${user}`])
  ]))
  t.equal(receiver.forged, 0)
  const again = receiver.requests.find(({ status, headers }) => status === 200 && headers['webhook-id'] === first?.headers['webhook-id'])
  t.equal(again?.body, first?.body, 'by the same id, so that a receiver that had taken it can tell')
})
