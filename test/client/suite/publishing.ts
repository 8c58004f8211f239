import type { Test } from 'tap'
import { until } from '../../helper.ts'
import { postAsAdmin } from '../../support/admin.ts'
import { PATIENT, planFor } from './company.ts'
import { networkTo, withAgent, type World } from './world.ts'

const BURST = 250
const NEWS = 'order.shipped'

/** More at once than the service takes: it is said more slowly, and in its order. */
export async function burst (t: Test, { host, lone }: World): Promise<void> {
  const room = 'burst'
  await withAgent(t, host, async (agent) => {
    for (const name of ['burt', 'lena']) {
      await agent.call('connect', name, await planFor(name, lone.socketUrl, PATIENT))
      await agent.call('join', name, room)
    }
    const texts = Array.from({ length: BURST }, (_, index) => `${index}`)
    const outcomes = await agent.call('sayAll', 'burt', room, texts)
    t.strictSame(outcomes.filter(({ error }) => error !== undefined), [], 'all were taken')
    await until(async () => (await agent.call('progress', 'lena')).heard >= BURST, 50)
    t.strictSame((await agent.call('told', 'lena')).heard.map(({ text }) => text), texts, 'and heard in the order in which they were said')
    t.equal((await agent.call('progress', 'burt')).connections, 1)
  })
}

/** What is published to a user, a role, everybody, while the user has no network, the first of all included. */
export async function notifications (t: Test, { host, first, second }: World): Promise<void> {
  const network = await networkTo(t, first)
  await withAgent(t, host, async (agent) => {
    await agent.call('connect', 'nora', await planFor('nora', network.url, { types: [NEWS] }))
    await agent.call('ready', 'nora')
    const wanted: string[] = []
    for (let round = 0; round < 3; round += 1) {
      network.refuse()
      await until(async () => (await agent.call('state', 'nora')) !== 'open')
      const targets = [{ target: { users: ['nora'] } }, { target: { roles: ['user'] } }, {}]
      const messages = targets.map((target, index) => ({ type: NEWS, payload: { content: `${round}.${index}` }, ...target }))
      t.equal((await postAsAdmin(second, '/ws/publish', { messages })).status, 200)
      wanted.push(...messages.map(({ payload }) => payload.content))
      network.release()
      await until(async () => (await agent.call('progress', 'nora')).heard >= wanted.length, 50)
    }
    t.strictSame((await agent.call('told', 'nora')).heard.map(({ text }) => text).sort(), wanted, 'each came once')
  })
}
