import type { Test } from 'tap'
import { until } from '../../helper.ts'
import type { AgentHandle } from '../hosts/host.ts'
import { planFor, QUICK, seatOf, talkingCompany } from './company.ts'
import { networkTo, withAgent, type World } from './world.ts'

/** A conversation of two members and a reader on two nodes, from the first word to the last. */
export async function conversation (t: Test, { host, first, second, login }: World): Promise<void> {
  const room = 'conversation'
  const agent = await host.open(t)
  await agent.call('connect', 'ada', await planFor('ada', first.socketUrl))
  await agent.call('connect', 'bob', await planFor('bob', second.socketUrl))
  await agent.call('connect', 'cyd', { ...QUICK, url: second.socketUrl, ticketsFrom: login.ticketsOf('cyd', first) })
  t.match(await agent.call('ready', 'cyd'), { user_id: 'cyd', dialect: host.form === 'binary' ? 'protobuf.v1' : 'hub.v1' }, 'a ticket opens the door')
  t.strictSame(await agent.call('join', 'ada', room), { members: [{ id: 'ada', name: 'ada' }], count: 1 })
  t.match(await agent.call('join', 'bob', room), { count: 2 })
  await agent.call('subscribe', 'cyd', room)
  await news(agent, 'ada', { event: 'joined', about: { id: 'bob', name: 'bob' } })
  await agent.call('typing', 'ada', room, true)
  await agent.call('typing', 'ada', room, false)
  for (const isTyping of [true, false]) await news(agent, 'bob', { event: 'typing', about: { person: { id: 'ada', name: 'ada' }, isTyping } })
  const said = await agent.call('say', 'ada', room, 'hello')
  const heard = [{ type: 'new_message', text: 'hello', room, seq: said.seq, id: said.id, sender: 'ada' }]
  for (const name of ['bob', 'cyd']) {
    await until(async () => (await agent.call('read', name)).length > 0)
    t.strictSame(sorted(await agent.call('read', name)), sorted(heard), `${name} reads it in a loop`)
    t.strictSame(sorted((await agent.call('told', name)).heard), sorted(heard), `${name} is told it`)
  }
  t.match(await agent.call('history', 'bob', room), { messages: [{ payload: { content: 'hello' } }], more: false })
  t.strictSame((await agent.call('who', 'cyd', room)).toSorted(), ['ada', 'bob'], 'a reader is seen by nobody')
  t.ok(await agent.call('ping', 'ada') > 0)
  t.strictSame(await agent.call('request', 'ada', 'no.such.type'), { error: 'UNKNOWN_TYPE' })
  await agent.call('leave', 'ada', room)
  await news(agent, 'bob', { event: 'left', about: { id: 'ada', name: 'ada' } })
  await news(agent, 'ada', { event: 'end', about: null })
  t.strictSame(await agent.call('members', 'bob', room), ['bob'])
  t.strictSame((await agent.call('told', 'ada')).heard, [], 'nobody hears what he said himself')
  await agent.call('closeAll')
  t.strictSame(await agent.call('problems'), [])
  await t.resolves(agent.end(), 'nothing keeps the program alive')
}

/** Two tabs of one user and somebody else; one tab loses its connection again and again. */
export async function tabs (t: Test, { host, first, second }: World): Promise<void> {
  const network = await networkTo(t, first)
  await withAgent(t, host, async (agent) => {
    const tab = { agent, name: 'ada, first tab', plan: await planFor('ada', network.url) }
    const company = await talkingCompany('tabs', [tab, { ...tab, name: 'ada, second tab', plan: await planFor('ada', second.socketUrl) }, await seatOf(agent, 'bob', first.socketUrl)])
    for (let time = 0; time < 3; time += 1) {
      await company.comeBack(tab, () => network.cut())
      await company.hearMore()
    }
    await company.settle(t)
  })
}

/** A room that is left while the connection is dead: nothing of it comes over the next one. */
export async function leftInTheDark (t: Test, { host, first }: World): Promise<void> {
  const room = 'left in the dark'
  const network = await networkTo(t, first)
  await withAgent(t, host, async (agent) => {
    await agent.call('connect', 'ada', await planFor('ada', network.url))
    await agent.call('connect', 'bob', await planFor('bob', first.socketUrl))
    for (const name of ['ada', 'bob']) await agent.call('join', name, room)
    network.swallow('up')
    const leaving = agent.call('leave', 'ada', room)
    await agent.call('state', 'ada')
    network.cut()
    network.release()
    await leaving
    await until(async () => !(await agent.call('who', 'bob', room)).includes('ada'))
    await agent.call('say', 'bob', room, 'she is gone')
    await agent.call('ping', 'ada')
    t.strictSame((await agent.call('told', 'ada')).heard, [])
  })
}

async function news (agent: AgentHandle, name: string, wanted: unknown): Promise<void> {
  const text = JSON.stringify(wanted)
  await until(async () => (await agent.call('news', name)).some((one) => JSON.stringify(one) === text))
}

/** JSON tells nothing of the order of fields. */
function sorted (items: readonly object[]): unknown[] {
  return items.map((item) => Object.fromEntries(Object.entries(item).sort()))
}
