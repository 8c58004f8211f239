import t from 'tap'
import type { Connection } from '../../src/hub/connection.ts'
import { isFor } from '../../src/hub/past-audience.ts'
import type { UserRef } from '../../src/relay/relay-message.ts'
import { until, type Teardown } from '../helper.ts'
import { member, startHub } from '../support/test-hub.ts'

/** The server's side of a user `bob` in the room `a`. */
async function start (t: Teardown): Promise<Connection> {
  const { opened, ...service } = await startHub(t)
  await member(t, service, 'bob', 'a')
  const [connection] = opened
  await until(() => connection?.topics.includes('room:a') === true)
  if (connection === undefined) throw new Error('expected a connection')
  return connection
}

interface Kept {
  readonly topics?: readonly string[]
  readonly except?: readonly string[]
  readonly carries?: readonly number[]
  readonly sender?: UserRef
}

/** A message as a stream keeps it. */
function kept ({ topics = ['room:a'], except, carries, sender }: Kept) {
  const event = { type: 'news', payload: null, timestamp: '', ...(sender && { sender }) }
  return { seq: 1, message: { topics, positions: [{ epoch: 'e', seq: 1 }], event, ...(except && { except }), ...(carries && { carries }) } }
}

t.test('a message is for whoever comes back to its topic', async (t) => {
  const bob = await start(t)
  t.ok(isFor(kept({}), bob, new Set(['room:a'])))
  t.ok(isFor(kept({ except: [] }), bob, new Set(['room:a'])))
})

t.test('not where the user, a role, a room of the connection or everybody was excepted', async (t) => {
  const bob = await start(t)
  const shown = new Set(['room:a'])
  for (const topic of ['user:bob', 'role:user', 'room:a', 'all']) t.notOk(isFor(kept({ except: ['user:eve', topic] }), bob, shown), topic)
  t.ok(isFor(kept({ except: ['user:eve', 'role:admin', 'room:b', 'connection:other'] }), bob, shown))
})

t.test('an excepted connection: its own message it wants, that of others not', async (t) => {
  const bob = await start(t)
  const except = [`connection:${bob.id}`]
  const shown = new Set(['room:a'])
  t.ok(isFor(kept({ except, sender: bob.user }), bob, shown))
  t.notOk(isFor(kept({ except }), bob, shown))
  t.notOk(isFor(kept({ except, sender: { id: 'eve', name: 'bob' } }), bob, shown))
  t.notOk(isFor(kept({ except: [...except, 'user:bob'], sender: bob.user }), bob, shown))
})

t.test('of several topics that are shown, by the first one', async (t) => {
  const bob = await start(t)
  const topics = ['user:bob', 'room:a', 'room:b']
  const by = (place: number, shown: readonly string[]): boolean => isFor(kept({ topics, carries: [place] }), bob, new Set(shown))
  t.same([0, 1, 2].map((place) => by(place, topics)), [true, false, false])
  t.same([1, 2].map((place) => by(place, ['room:a', 'room:b'])), [true, false])
  t.ok(by(2, ['room:b', 'room:c']))
})
