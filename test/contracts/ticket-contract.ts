import { createHash, randomBytes } from 'node:crypto'
import type { Test } from 'tap'
import type { Identity } from '../../src/auth/identity.ts'
import { until } from '../helper.ts'
import { nodesOf, type BuildRelay } from './relay-node.ts'

const MINUTE_MS = 60_000

/** Somebody whose token says all that one can say. */
function someone (changes: Partial<Identity> = {}): Identity {
  return { userId: 'ada', name: 'Ada ж€😀', roles: ['user', 'admin'], expiresAtMs: Date.now() + MINUTE_MS, tokenId: 'jti-1', grants: { join: ['chat:*'], publish: [] }, ...changes }
}

function newTicket (): string {
  return randomBytes(32).toString('base64url')
}

/** What every store of tickets must do, whatever keeps them. */
export function ticketContract (t: Test, build: BuildRelay): void {
  t.test('a ticket lets in on any node whom it was made for, once', async (t) => {
    const nodes = (await nodesOf(t, build, [])).map(({ relay }) => relay.tickets)
    for (const store of nodes) {
      for (const other of nodes) {
        const [ticket, identity] = [newTicket(), someone()]
        await store.put(ticket, identity, MINUTE_MS)
        t.strictSame(await other.take(ticket), identity)
        for (const again of nodes) t.equal(await again.take(ticket), undefined)
      }
    }
  })

  t.test('what a token does not say is not there', async (t) => {
    const nodes = await nodesOf(t, build, [])
    const plain = { userId: '1', name: '1', roles: ['user'] }
    for (const identity of [plain, { ...plain, expiresAtMs: 1_900_000_000_500.5 }, { ...plain, hasNumericId: true as const }]) {
      const ticket = newTicket()
      await nodes[0].relay.tickets.put(ticket, identity, MINUTE_MS)
      t.strictSame(await nodes.at(-1)?.relay.tickets.take(ticket), identity)
    }
  })

  t.test('of many who take it at the same time one gets it', async (t) => {
    const nodes = await nodesOf(t, build, [])
    const ticket = newTicket()
    await nodes[0].relay.tickets.put(ticket, someone(), MINUTE_MS)
    const taken = await Promise.all(Array.from({ length: 40 }, (_, index) => nodes[index % nodes.length]?.relay.tickets.take(ticket)))
    t.equal(taken.filter((identity) => identity !== undefined).length, 1)
  })

  t.test('each ticket is for its own user', async (t) => {
    const [{ relay: { tickets } }] = await nodesOf(t, build, [])
    const users = Array.from({ length: 50 }, (_, index) => ({ ticket: newTicket(), userId: `user-${index}` }))
    for (const { ticket, userId } of users) await tickets.put(ticket, someone({ userId }), MINUTE_MS)
    for (const { ticket, userId } of users.toReversed()) t.equal((await tickets.take(ticket))?.userId, userId)
  })

  t.test('a ticket that never was, or something like one that is, lets nobody in', async (t) => {
    const [{ relay: { tickets } }] = await nodesOf(t, build, [])
    const ticket = newTicket()
    await tickets.put(ticket, someone(), MINUTE_MS)
    const hash = createHash('sha256').update(ticket).digest()
    for (const wrong of ['', '*', newTicket(), ticket.slice(1), `${ticket} `, ticket.toLowerCase(), hash.toString('base64url'), hash.toString('hex')]) {
      t.equal(await tickets.take(wrong), undefined, wrong)
    }
    t.ok(await tickets.take(ticket), 'it is still there')
  })

  t.test('a ticket is over after its time', async (t) => {
    const [{ relay: { tickets } }] = await nodesOf(t, build, [])
    const [short, long] = [newTicket(), newTicket()]
    await tickets.put(long, someone(), MINUTE_MS)
    await tickets.put(short, someone(), 20)
    const afterMs = Date.now() + 60
    await until(() => Date.now() >= afterMs)
    t.equal(await tickets.take(short), undefined)
    t.ok(await tickets.take(long))
  })
}
