import t from 'tap'
import { memberOf, until } from '../helper.ts'
import { publishAtLast, readiness, startNodes, whenReady } from '../support/nodes.ts'
import { timed } from '../support/timed.ts'

/** The contract wants an answer within a second; machines under test may be slow. */
const SOON_MS = 2_000
const FROZEN_MS = 30_000
/** Between two messages of a client: a load, not a flood. */
const PACE_MS = 20
/** The most that one file may take, as `.taprc` has it, is above this. */
t.setTimeout(55_000)

t.test('Redis frozen for 30 s under load: every request is answered within a second, and nothing is doubled', async (t) => {
  const { redis, nodes } = await startNodes(t, { WS_MESSAGE_RATE: '0' })
  const clients = await Promise.all(['ada', 'bob', 'carl'].map((user, index) => memberOf(t, nodes[index] ?? nodes[0], user, 'hall')))
  const frozenUntil = performance.now() + FROZEN_MS
  let slowest = 0
  const sent = new Map<string, string>()
  const load = clients.map(async (client, index) => {
    for (let count = 0; performance.now() < frozenUntil; count += 1) {
      const content = `${index}-${count}`
      const { took, value } = await timed(() => client.request({ type: 'send_message', room: 'hall', payload: { content } }))
      slowest = Math.max(slowest, took)
      sent.set(content, value.type)
      await client.request({ type: 'ping' })
      const nextAt = performance.now() + PACE_MS
      await until(() => performance.now() >= nextAt)
    }
  })
  await until(() => sent.size > 30)
  redis.freeze()
  const health = await timed(() => until(async () => (await Promise.all(nodes.map(readiness))).every(([ready]) => ready === 503)))
  t.ok(health.took < 2 * SOON_MS, `not ready after ${Math.round(health.took)} ms`)
  await Promise.all(load)
  t.ok(slowest < SOON_MS, `the slowest answer took ${Math.round(slowest)} ms`)
  redis.thaw()
  await whenReady(nodes)
  for (const client of clients) await publishAtLast(client, 'hall')
  for (const [index, client] of clients.entries()) {
    await client.request({ type: 'ping' })
    const contents = (await client.drain()).filter(({ type }) => type === 'new_message').map(({ payload }) => String(payload['content'])).filter((content) => content !== 'again')
    t.equal(new Set(contents).size, contents.length, 'nothing is doubled')
    const acked = [...sent].filter(([content, outcome]) => outcome === 'ack' && !content.startsWith(`${index}-`)).map(([content]) => content)
    t.same(acked.filter((content) => !contents.includes(content)), [], 'what was acknowledged has arrived')
  }
  t.same((await Promise.all(nodes.map(({ app }) => app.rooms.members('hall')))).map(({ count }) => count), [3, 3, 3])
})
