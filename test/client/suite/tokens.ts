import type { Test } from 'tap'
import { tokenFor, until } from '../../helper.ts'
import { postAsAdmin } from '../../support/admin.ts'
import type { AgentHandle } from '../hosts/host.ts'
import type { SeenState, Told } from '../record.ts'
import { PATIENT, planFor } from './company.ts'
import { networkTo, withAgent, type World } from './world.ts'

/** Seconds that tokens live at least; told a second before the end. */
const LIFETIME_S = 4

/** Short-lived tokens, and a program that gets new ones. */
export async function renewal (t: Test, { host, lone, login }: World): Promise<void> {
  login.lifetimes.set('rita', LIFETIME_S)
  await withAgent(t, host, async (agent) => {
    await agent.call('connect', 'rita', { ...PATIENT, url: lone.socketUrl, tokensFrom: login.tokensOf('rita') })
    await agent.call('join', 'rita', 'renewal')
    const outlived = (LIFETIME_S + 1) * 1_000 + 500
    await until(async () => {
      const { state, openForMs } = await agent.call('progress', 'rita')
      return state === 'open' && openForMs > outlived
    }, 50)
    t.ok((await agent.call('told', 'rita')).frames.some(({ type }) => type === 'token_refreshed'), 'the connection outlives its first token')
    t.match(await agent.call('say', 'rita', 'renewal', 'still here'), { seq: 1 })
  })
}

/** The program gets no token for a while. */
export async function lateRenewal (t: Test, { host, lone, login }: World): Promise<void> {
  login.lifetimes.set('lars', LIFETIME_S)
  await withAgent(t, host, async (agent) => {
    await agent.call('connect', 'lars', { ...PATIENT, url: lone.socketUrl, tokensFrom: login.tokensOf('lars') })
    await agent.call('join', 'lars', 'late renewal')
    login.down.add('lars')
    await until(async () => (await agent.call('told', 'lars')).states.some(({ error }) => error !== undefined), 50)
    const { states, errors } = await agent.call('told', 'lars')
    t.ok(states.some(({ state, code }) => state === 'waiting' && code === 1008), 'closed when the token ended')
    t.ok(errors.length > 0, 'the failure is told')
    login.down.delete('lars')
    await untilState(agent, 'lars', 'open')
    t.match(await agent.call('say', 'lars', 'late renewal', 'back again'), { seq: 1 })
  })
}

/** The new token does not reach the service in time; the next connection shows the same one. */
export async function heldRenewal (t: Test, { host, lone, login }: World): Promise<void> {
  const network = await networkTo(t, lone)
  login.before.set('hanna', [LIFETIME_S, 60, 'again', 'again'])
  await withAgent(t, host, async (agent) => {
    await agent.call('connect', 'hanna', { ...PATIENT, url: network.url, tokensFrom: login.tokensOf('hanna') })
    await agent.call('ready', 'hanna')
    network.hold('up')
    await until(async () => statesOf(await agent.call('told', 'hanna'), 'waiting').length > 0, 50)
    t.match(statesOf(await agent.call('told', 'hanna'), 'waiting'), [{ code: 1008 }])
    network.release()
    await untilState(agent, 'hanna', 'open')
  })
}

/** A new token that opens fewer rooms. */
export async function lessAllowed (t: Test, { host, lone, login }: World): Promise<void> {
  const [both, one] = [['open', 'secret'], ['open']].map((join) => ({ rooms: { join, publish: join } }))
  login.claims.set('lea', both ?? {})
  login.lifetimes.set('lea', LIFETIME_S)
  await withAgent(t, host, async (agent) => {
    await agent.call('connect', 'lea', { ...PATIENT, url: lone.socketUrl, tokensFrom: login.tokensOf('lea') })
    for (const room of ['open', 'secret']) await agent.call('join', 'lea', room)
    login.claims.set('lea', one ?? {})
    await until(async () => (await agent.call('news', 'lea')).some(({ event }) => event === 'closed'), 50)
    t.match((await agent.call('news', 'lea')).filter(({ event }) => event === 'closed'), [{ about: 'FORBIDDEN' }])
    t.match(await agent.call('say', 'lea', 'secret', 'no longer'), { error: 'NOT_IN_ROOM' })
    t.match(await agent.call('say', 'lea', 'open', 'still'), { seq: 1 })
  })
}

/** A token that is no more than a text cannot be renewed. */
export async function fixedToken (t: Test, { host, lone }: World): Promise<void> {
  await withAgent(t, host, async (agent) => {
    const token = await tokenFor({ sub: 'fred', exp: Math.ceil(Date.now() / 1_000) + LIFETIME_S })
    await agent.call('connect', 'fred', { ...PATIENT, url: lone.socketUrl, token })
    await untilState(agent, 'fred', 'closed')
    t.match((await agent.call('told', 'fred')).states.at(-1), { state: 'closed', code: 1008, error: 'CLOSED' })
    await t.rejects(agent.call('ready', 'fred'))
  })
}

/** Tokens that the service does not take. */
export async function refused (t: Test, { host, lone, login }: World): Promise<void> {
  const plan = { ...PATIENT, url: lone.socketUrl }
  login.before.set('same', Array.from({ length: 50 }, () => 'bad'))
  login.before.set('other', ['bad'])
  await withAgent(t, host, async (agent) => {
    await agent.call('connect', 'fixed', { ...plan, token: 'bad' })
    await agent.call('connect', 'nobody', plan)
    for (const user of ['same', 'other']) await agent.call('connect', user, { ...plan, tokensFrom: login.tokensOf(user) })
    for (const user of ['fixed', 'nobody', 'same']) {
      await untilState(agent, user, 'closed')
      t.match(statesOf(await agent.call('told', user), 'closed'), [{ error: 'CLOSED' }], `${user}: closed`)
    }
    t.ok((login.asked.get('same') ?? 0) >= 2, 'another one was asked for')
    t.equal((await agent.call('told', 'same')).states.filter(({ reason }) => reason.startsWith('WebSocket disconnected')).length, 1, 'the service saw the refused one once')
    t.match(await agent.call('ready', 'other'), { user_id: 'other' })
    t.match(statesOf(await agent.call('told', 'other'), 'waiting'), [{ code: 4001 }])
  })
}

/** Ends that are final, and one that is not. */
export async function sentAway (t: Test, { host, lone, login }: World): Promise<void> {
  await withAgent(t, host, async (agent) => {
    for (const user of ['mallory', 'eve', 'kim']) await agent.call('connect', user, { ...PATIENT, url: lone.socketUrl, tokensFrom: login.tokensOf(user) })
    for (const user of ['mallory', 'eve', 'kim']) await agent.call('ready', user)
    await postAsAdmin(lone, '/ws/users/mallory/disconnect', { reason: 'spam', ban_for_s: 60 })
    await agent.call('connect', 'eve, elsewhere', await planFor('eve', lone.socketUrl, PATIENT))
    await agent.call('connect', 'mallory, again', await planFor('mallory', lone.socketUrl, PATIENT))
    for (const [name, code] of [['mallory', 4003], ['mallory, again', 4003], ['eve', 4009]] as const) {
      await untilState(agent, name, 'closed')
      t.match((await agent.call('told', name)).states.at(-1), { code, error: 'CLOSED' }, `${name}: ${code}`)
    }
    t.equal(login.asked.get('mallory'), 1, 'no further attempt')
    t.equal(await agent.call('state', 'eve, elsewhere'), 'open')
    await postAsAdmin(lone, '/ws/users/kim/disconnect', {})
    await until(async () => statesOf(await agent.call('told', 'kim'), 'open').length === 2)
    t.match(statesOf(await agent.call('told', 'kim'), 'waiting'), [{ code: 4004 }])
  })
}

async function untilState (agent: AgentHandle, name: string, state: string): Promise<void> {
  await until(async () => (await agent.call('state', name)) === state, 25)
}

function statesOf ({ states }: Told, wanted: string): SeenState[] {
  return states.filter(({ state }) => state === wanted)
}
