import type { Test } from 'tap'
import { until } from '../../helper.ts'
import { planFor, seatOf, talkingCompany } from './company.ts'
import { networkTo, portOf, withAgent, type World } from './world.ts'

/** A node dies and comes back while everybody talks. */
export async function nodeKilled (t: Test, { host, first, second }: World): Promise<void> {
  await withAgent(t, host, async (agent) => {
    const ada = await seatOf(agent, 'ada', first.socketUrl)
    const company = await talkingCompany('node killed', [ada, await seatOf(agent, 'bob', first.socketUrl), await seatOf(agent, 'cyd', second.socketUrl)])
    await company.comeBack(ada, async () => {
      await first.kill()
      await company.lose(ada)
      await company.hearMore({ names: ['cyd'], count: 0 })
      await first.start()
    })
    await company.hearMore()
    await company.settle(t)
  })
}

/** Redis dies and comes back with what it had confirmed. */
export async function redisKilled (t: Test, { host, redis, first, second }: World): Promise<void> {
  await withAgent(t, host, async (agent) => {
    const company = await talkingCompany('redis killed', [await seatOf(agent, 'ada', first.socketUrl), await seatOf(agent, 'bob', first.socketUrl), await seatOf(agent, 'cyd', second.socketUrl)])
    await redis.kill()
    await redis.restart()
    await company.hearMore()
    await company.settle(t)
  })
}

/** A node goes away in good order; a balancer leads to the other one. */
export async function drained (t: Test, { host, first, second }: World): Promise<void> {
  const balancer = await networkTo(t, first)
  await withAgent(t, host, async (agent) => {
    const ada = await seatOf(agent, 'ada', balancer.url)
    const company = await talkingCompany('drained', [ada, await seatOf(agent, 'bob', balancer.url), await seatOf(agent, 'cyd', second.socketUrl)])
    const { node_id: before } = await agent.call('ready', 'ada')
    await company.comeBack(ada, async () => {
      balancer.moveTo(portOf(second))
      await first.stop()
    })
    await company.hearMore()
    t.not((await agent.call('ready', 'ada')).node_id, before, 'on the other node')
    const { states, frames } = await agent.call('told', 'ada')
    const hint = frames.find(({ type }) => type === 'draining')
    const back = states.findLast(({ state }) => state === 'connecting')
    t.match(states.find(({ state }) => state === 'waiting'), { code: 1012 })
    t.ok((back?.atMs ?? 0) - (hint?.atMs ?? 0) >= (hint?.payload as { retry_after_ms: number }).retry_after_ms - 50, 'not before the time it was told')
    await company.settle(t)
  })
  await first.start()
}

/** A node stands still for longer than clients wait; when it goes on, nobody is seen going and coming. */
export async function nodeFrozen (t: Test, { host, first, second }: World): Promise<void> {
  await withAgent(t, host, async (agent) => {
    const ada = await seatOf(agent, 'ada', first.socketUrl)
    const company = await talkingCompany('node frozen', [ada, await seatOf(agent, 'bob', second.socketUrl), await seatOf(agent, 'cyd', second.socketUrl)])
    const moves = async (): Promise<unknown[]> => (await agent.call('news', 'bob')).filter(({ event }) => event === 'left' || event === 'joined')
    const before = await moves()
    await company.comeBack(ada, async () => {
      first.freeze()
      await company.lose(ada)
      first.thaw()
    })
    await company.hearMore()
    t.strictSame(await moves(), before, 'nobody went or came')
    await company.settle(t)
  })
}

/** A service that keeps nothing is restarted: what was missed is lost, and that is told. */
export async function loneRestarted (t: Test, { host, lone }: World): Promise<void> {
  const room = 'lone restarted'
  await withAgent(t, host, async (agent) => {
    for (const name of ['ada', 'bob']) {
      await agent.call('connect', name, await planFor(name, lone.socketUrl))
      await agent.call('join', name, room)
    }
    await agent.call('say', 'ada', room, 'before')
    await until(async () => (await agent.call('told', 'bob')).heard.length === 1)
    await lone.kill()
    await until(async () => (await agent.call('state', 'ada')) !== 'open')
    const meanwhile = agent.call('say', 'ada', room, 'meanwhile')
    await lone.start()
    t.match(await meanwhile, { seq: 1 }, 'what was said meanwhile is sent')
    for (const name of ['ada', 'bob']) {
      await until(async () => (await agent.call('news', name)).some(({ event }) => event === 'recovered'))
      t.match((await agent.call('told', name)).recovered.filter(({ topic }) => topic === `room:${room}`), [{ recovered: false }], `${name} is told`)
      t.match((await agent.call('news', name)).filter(({ event }) => event === 'recovered'), [{ about: { recovered: false } }], `${name} is told in the room`)
    }
    await agent.call('say', 'ada', room, 'after')
    await until(async () => (await agent.call('told', 'bob')).heard.some(({ text }) => text === 'after'))
    const heard = (await agent.call('told', 'bob')).heard.map(({ text }) => text)
    t.strictSame(heard.filter((text) => text !== 'meanwhile'), ['before', 'after'])
    t.strictSame((await agent.call('members', 'bob', room)).toSorted(), ['ada', 'bob'])
  })
}
