import { setTimeout as sleep } from 'node:timers/promises'
import { signToken } from '../../bench/load/token.ts'
import { SECRET } from '../helper.ts'
import { askJson } from './ask-json.ts'
import { ChurnPeer } from './churn-peer.ts'
import type { ChurnedService } from './churned-service.ts'
import type { CycleKind, Plan } from './plan.ts'
import { resetAt, resetSteps } from './reset-steps.ts'

/** Each of these addresses has 28,232 ports, and one is used again only after a while. */
const ADDRESSES = 100
const PUBLISH_CHANCE = 0.2
/** Of a reset in the middle of a handshake: the token's place is taken by a ticket that Redis has to be asked about. */
const UNKNOWN_TICKET = 'A'.repeat(43)

/** What a peer that has vanished may last beside two heartbeats. */
const MARGIN_MS = 5_000
/** Twice as long as it takes the service to look over its connections. */
const SWEEP_MS = 1_000

type Target = Pick<ChurnedService, 'address' | 'pingMs'>
type Play = (plan: Plan, service: Target) => Promise<void>

/** Comes and goes as planned. Rejects when the service did not do its part. */
export async function play (plan: Plan, service: Target): Promise<void> {
  await plays[plan.kind](plan, service)
}

const plays: Readonly<Record<CycleKind, Play>> = {
  async clean (plan, service) {
    const peer = await joined(plan, service)
    if (plan.random.chance(PUBLISH_CHANCE)) await publish(peer, plan)
    await leave(peer, plan)
  },
  async reset (plan, service) {
    const peer = await joined(plan, service)
    peer.reset()
    await peer.ended
  },
  async mute (plan, service) {
    const peer = await joined(plan, service)
    peer.fallSilent()
    const inTime = await Promise.race([peer.ended.then(() => true), sleep(2 * service.pingMs + MARGIN_MS, false, { ref: false })])
    peer.reset()
    if (!inTime) throw new Error('a peer that answers no ping was not let go in time')
  },
  async stalled (plan, service) {
    const peer = await joined(plan, service)
    peer.fallSilent()
    peer.socket.pause()
    // It cannot see its end: whoever is still there after all is counted by the service.
    await sleep(2 * service.pingMs + SWEEP_MS)
    peer.reset()
  },
  async unjoined (plan, service) {
    const peer = arrive(plan, service, { token: tokenOf(plan) })
    await peer.open()
    await close(peer)
  },
  async refused (plan, service) {
    const peer = arrive(plan, service, { token: `${tokenOf(plan)}x` })
    const head = await peer.ask()
    peer.socket.destroy()
    await peer.ended
    if (!head.startsWith('HTTP/1.1 401 ')) throw new Error(`expected 401, got ${head.split('\r\n')[0]}`)
  },
  async ticket (plan, service) {
    const { ticket } = await askJson(`${service.address}/ws/ticket`, { method: 'POST', token: tokenOf(plan), localAddress: localAddressOf(plan) })
    const peer = arrive(plan, service, { query: `?ticket=${String(ticket)}` })
    await peer.open()
    await join(peer, plan)
    await leave(peer, plan)
  },
  async resume (plan, service) {
    const first = await joined(plan, service)
    const { seq, epoch }: Record<string, unknown> = Object(Object(JSON.parse(await publish(first, plan))).payload)
    first.reset()
    await first.ended
    const second = arrive(plan, service, { token: tokenOf(plan) })
    await second.open()
    await second.exchange({ type: 'resume', payload: { topics: { [`room:${plan.room}`]: { epoch, seq, member: true } } } }, 'resumed')
    await leave(second, plan)
  },
  async step (plan, service) {
    const step = plan.random.pick(resetSteps)
    const peer = step === 'in hook' ? arrive(plan, service, { query: `?ticket=${UNKNOWN_TICKET}` }) : arrive(plan, service, { token: tokenOf(plan) })
    await resetAt(peer, step, plan.random)
  }
}

function arrive (plan: Plan, service: Target, { query = '', token }: { query?: string, token?: string }): ChurnPeer {
  return new ChurnPeer({ url: new URL(`${service.address}/ws${query}`), localAddress: localAddressOf(plan), ...token !== undefined && { token } })
}

async function joined (plan: Plan, service: Target): Promise<ChurnPeer> {
  const peer = arrive(plan, service, { token: tokenOf(plan) })
  await peer.open()
  await join(peer, plan)
  return peer
}

async function join (peer: ChurnPeer, { room }: Plan): Promise<void> {
  await peer.exchange({ type: 'join_room', room }, 'room_info')
}

async function publish (peer: ChurnPeer, { room, index }: Plan): Promise<string> {
  return await peer.exchange({ type: 'publish', room, payload: index }, 'ack')
}

async function leave (peer: ChurnPeer, { room }: Plan): Promise<void> {
  await peer.exchange({ type: 'leave_room', room }, 'ack')
  await close(peer)
}

async function close (peer: ChurnPeer): Promise<void> {
  await peer.close()
  if (peer.closeCode !== 1000) throw new Error(`expected 1000 at a normal end, got ${peer.closeCode}`)
}

function tokenOf ({ user }: Plan): string {
  return signToken(SECRET, user)
}

function localAddressOf ({ index }: Plan): string {
  return `127.0.0.${2 + index % ADDRESSES}`
}
