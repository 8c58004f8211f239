import type { Test } from 'tap'
import { until } from '../../helper.ts'
import type { Direction } from '../../support/tcp-proxy.ts'
import { seatOf, talkingCompany } from './company.ts'
import { networkTo, withAgent, type World } from './world.ts'

/** A connection that looks well and brings nothing, one way or both. */
export async function swallowed (t: Test, { host, first, second }: World, direction: Direction): Promise<void> {
  const network = await networkTo(t, first)
  await withAgent(t, host, async (agent) => {
    const ada = await seatOf(agent, 'ada', network.url)
    const company = await talkingCompany(`swallowed ${direction}`, [ada, await seatOf(agent, 'bob', first.socketUrl), await seatOf(agent, 'cyd', second.socketUrl)])
    await company.comeBack(ada, async () => {
      network.swallow(direction)
      await company.lose(ada)
      network.release()
    })
    await company.hearMore()
    await company.settle(t)
  })
}

/** No network for a while. Pages are told when it is back, and wait for nothing else. */
export async function offline (t: Test, { host, first, second }: World): Promise<void> {
  const network = await networkTo(t, first)
  await withAgent(t, host, async (agent) => {
    const other = await host.open(t)
    const ada = await seatOf(agent, 'ada', network.url, host.isPage ? { backOff: { firstMs: 600_000, mostMs: 600_000 } } : {})
    const company = await talkingCompany('offline', [ada, await seatOf(other, 'bob', first.socketUrl), await seatOf(other, 'cyd', second.socketUrl)])
    await company.comeBack(ada, async () => {
      network.refuse()
      await agent.setOffline(true)
      await company.lose(ada)
      await company.hearMore({ names: ['bob', 'cyd'] })
      network.release()
      // A browser may tell it before it is so: again, then, as networks do that come and go.
      await until(async () => {
        await agent.setOffline(true)
        await agent.setOffline(false)
        return (await agent.call('state', 'ada')) === 'open'
      }, 500)
    })
    await company.hearMore()
    await company.settle(t)
    await other.call('closeAll')
  }, { isAlone: true })
}

/** The whole program stands still, and meanwhile its connection ends. */
export async function frozenAndCut (t: Test, { host, first, second }: World): Promise<void> {
  const network = await networkTo(t, first)
  await withAgent(t, host, async (agent) => {
    const other = await host.open(t)
    const ada = await seatOf(agent, 'ada', network.url)
    const company = await talkingCompany('frozen and cut', [ada, await seatOf(other, 'bob', first.socketUrl), await seatOf(other, 'cyd', second.socketUrl)])
    await company.comeBack(ada, async () => {
      await agent.freeze()
      network.cut()
      await company.hearMore({ names: ['bob', 'cyd'] })
      await agent.thaw()
    })
    await company.hearMore()
    await company.settle(t)
    await other.call('closeAll')
  }, { isAlone: true })
}

/** The whole program stands still for longer than any answer may take; its connection stays. */
export async function frozen (t: Test, { host, first, second }: World): Promise<void> {
  await withAgent(t, host, async (agent) => {
    const other = await host.open(t)
    const company = await talkingCompany('frozen', [await seatOf(agent, 'ada', first.socketUrl), await seatOf(other, 'bob', first.socketUrl), await seatOf(other, 'cyd', second.socketUrl)])
    await agent.freeze()
    const until6s = performance.now() + 6_000
    await until(() => performance.now() > until6s, 100)
    await agent.thaw()
    await company.hearMore()
    t.equal((await agent.call('progress', 'ada')).connections, 1, 'nothing was concluded from its own sleep')
    await company.settle(t)
    await other.call('closeAll')
  }, { isAlone: true })
}
