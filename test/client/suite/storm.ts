import type { Test } from 'tap'
import { until } from '../../helper.ts'
import { postAsAdmin } from '../../support/admin.ts'
import { planFor } from './company.ts'
import { withAgent, type World } from './world.ts'

const ROOM = 'storm'
const NEWS = 'storm.news'
const FIRST_PAUSE_MS = 1_000
/** Windows of a tenth of the first pause; of an even spread each has a tenth. */
const WINDOWS = 10
const MOST_OF_PAUSES = 0.3
const MOST_OF_ATTEMPTS = 0.5

/** Many clients lose their service at once, and come back; what is published meanwhile comes to each of them. */
export async function storm (t: Test, { host, first, second }: World): Promise<void> {
  // A browser has 255 WebSockets.
  const count = host.isPage ? 200 : 500
  await withAgent(t, host, async (agent) => {
    const plan = await planFor('crowd', first.socketUrl, { types: [NEWS], backOff: { firstMs: FIRST_PAUSE_MS, mostMs: 2_000 }, connectTimeoutMs: 20_000, answerTimeoutMs: 10_000, idleMs: 25_000, tickMs: 1_000 })
    await agent.call('crowd', 'c', count, ROOM, plan)
    const said: string[] = []
    const publish = async (): Promise<void> => {
      const content = `n${said.length}`
      const { body } = await postAsAdmin(second, '/ws/publish', { messages: [{ type: NEWS, payload: { content }, target: { rooms: [ROOM] }, id: content }] })
      t.match(body, { results: [{ seq: said.length + 1 }] })
      said.push(content)
    }
    await publish()
    await first.kill()
    await publish()
    const start = first.start()
    const isBack = async (): Promise<boolean> => {
      await publish()
      return (await agent.call('crowdReport', 'c')).open === count
    }
    await until(async () => (await agent.call('crowdReport', 'c')).open === 0)
    await start
    await until(isBack, 50)
    await publish()
    const wanted = [said.join()]
    await until(async () => JSON.stringify((await agent.call('crowdReport', 'c')).heard) === JSON.stringify(wanted), 100)
    const { heard, pausesMs, attemptsMs } = await agent.call('crowdReport', 'c')
    t.strictSame(heard, wanted, `all ${count} heard ${said.length} messages once, in order`)
    t.ok(fullest(pausesMs) < MOST_OF_PAUSES, `pauses are spread: ${fullest(pausesMs)}`)
    t.ok(fullest(attemptsMs) < MOST_OF_ATTEMPTS, `attempts are spread: ${fullest(attemptsMs)}`)
  })
}

/** The share of all that the fullest window has. */
function fullest (timesMs: readonly number[]): number {
  const first = Math.min(...timesMs)
  const windows = new Map<number, number>()
  for (const time of timesMs) {
    const window = Math.floor((time - first) / (FIRST_PAUSE_MS / WINDOWS))
    windows.set(window, (windows.get(window) ?? 0) + 1)
  }
  return Math.max(...windows.values()) / timesMs.length
}
