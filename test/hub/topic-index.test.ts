import t from 'tap'
import { TopicIndex } from '../../src/hub/topic-index.ts'
import { enter, startHub } from '../support/test-hub.ts'
import type { Teardown } from '../helper.ts'

/** An index that notes what it asks of the relay, and two connections that are in no topic of it. */
async function makeIndex (t: Teardown) {
  const service = await startHub(t)
  await enter(t, service, 'ada')
  await enter(t, service, 'bob')
  const asked: string[] = []
  const index = new TopicIndex({
    subscribe: (topic) => { asked.push(`+${topic}`) },
    unsubscribe: (topic) => { asked.push(`-${topic}`) }
  })
  const [ada, bob] = service.opened
  if (ada === undefined || bob === undefined) throw new Error('expected two connections')
  ada.topics.length = 0
  return { index, asked, ada, bob }
}

t.test('the relay is asked for a topic with its first connection and let go with its last', async (t) => {
  const { index, asked, ada, bob } = await makeIndex(t)
  index.add('room:a', ada)
  index.add('room:a', bob)
  index.add('room:a', bob)
  index.remove('room:a', ada)
  t.same(asked, ['+room:a'])
  index.remove('room:a', bob)
  index.remove('room:a', bob)
  t.same(asked, ['+room:a', '-room:a'])
})

t.test('index and connection always agree on who is where', async (t) => {
  const { index, ada } = await makeIndex(t)
  index.add('room:a', ada)
  index.add('all', ada)
  t.same(ada.topics, ['room:a', 'all'])
  t.same([...index.subscribers('room:a')], [ada])
  index.remove('all', ada)
  t.same(ada.topics, ['room:a'])
})

t.test('a connection that leaves is taken off all its topics', async (t) => {
  const { index, asked, ada, bob } = await makeIndex(t)
  for (const topic of ['room:a', 'room:b', 'all']) index.add(topic, ada)
  index.add('all', bob)
  index.removeAll(ada)
  t.same([ada.topics, [...index.subscribers('room:a')], [...index.subscribers('all')]], [[], [], [bob]])
  t.same(asked.filter((line) => line.startsWith('-')), ['-room:a', '-room:b'])
})

t.test('rooms with anybody on them are counted, other topics are not (S0-79, S0-127)', async (t) => {
  const { index, ada, bob } = await makeIndex(t)
  for (const topic of ['room:a', 'room:b', 'members:a', 'all']) index.add(topic, ada)
  index.add('room:a', bob)
  t.equal(index.roomCount, 2)
  index.removeAll(ada)
  t.equal(index.roomCount, 1)
  index.remove('room:a', bob)
  t.equal(index.roomCount, 0)
})
