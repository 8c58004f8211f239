import type { Socket } from 'node:net'
import { Bystander } from '../../bench/load/bystander.ts'
import type { Distribution } from '../../bench/load/samples.ts'
import { tokenFor, type Teardown } from '../helper.ts'
import { clientFrame, TEXT } from '../support/wire-frames.ts'
import { Attacker } from './attacker.ts'
import { startFlooded } from './flooded-service.ts'

/** How many there are, and for how long each of the two measurements goes. */
export interface CrowdPlan {
  readonly connections: number
  readonly stalled: number
  readonly durationMs: number
}

/** How long a bystander waited, without anybody stalled and with some. */
export interface CrowdReport {
  readonly baseline: Distribution
  readonly withStalled: Distribution
}

const NETWORK = 200
/** So many connections are opened at a time. */
const AT_A_TIME = 50
/** Members of the room that is busy, the stalled ones among them. */
const MEMBERS = 300
const MESSAGE_PERIOD_MS = 50
const MESSAGE_BYTES = 20_000

/** Fills a service, keeps a room of it busy, and compares what a bystander notices before and after some of its members stop reading. */
export async function measureCrowd (t: Teardown, { connections, stalled, durationMs }: CrowdPlan): Promise<CrowdReport> {
  const service = await startFlooded(t)
  const attacker = new Attacker(service.address, NETWORK)
  t.teardown(() => attacker.cutAll())
  const sockets = await openAll(attacker, connections)
  const members = sockets.slice(0, MEMBERS)
  for (const socket of members) ask(socket, { type: 'subscribe', room: 'busy' })
  keepBusy(t, await openOne(attacker, 'publisher'))
  const url = `${service.address.replace('http', 'ws')}/ws`
  const bystander = await Bystander.start({ url, wire: 'hub', token: await tokenFor({ sub: 'bystander' }), periodMs: 40 }, (error) => { throw error })
  t.teardown(() => bystander.close())
  const measure = async (): Promise<Distribution> => {
    await bystander.take()
    await new Promise((resolve) => { setTimeout(resolve, durationMs) })
    const distribution = await bystander.take()
    if (distribution === undefined) throw new Error('the bystander got no answer')
    return distribution
  }
  // Not counted: everything is done for the first time.
  await measure()
  const baseline = await measure()
  for (const socket of members.slice(0, stalled)) socket.pause()
  return { baseline, withStalled: await measure() }
}

async function openAll (attacker: Attacker, count: number): Promise<Socket[]> {
  const sockets: Socket[] = []
  while (sockets.length < count) {
    const batch = Array.from({ length: Math.min(AT_A_TIME, count - sockets.length) }, async (_, index) => await openOne(attacker, `m${sockets.length + index}`))
    sockets.push(...await Promise.all(batch))
  }
  return sockets
}

async function openOne (attacker: Attacker, userId: string): Promise<Socket> {
  const socket = await attacker.enter(await tokenFor({ sub: userId }))
  if (socket.destroyed) throw new Error(`${userId} was not let in`)
  return socket
}

/** Publishes at a rate that is allowed until the test is over. */
function keepBusy (t: Teardown, publisher: Socket): void {
  ask(publisher, { type: 'subscribe', room: 'busy' })
  const timer = setInterval(() => ask(publisher, { type: 'publish', room: 'busy', payload: 'x'.repeat(MESSAGE_BYTES) }), MESSAGE_PERIOD_MS)
  t.teardown(() => clearInterval(timer))
}

function ask (socket: Socket, request: object): void {
  socket.write(clientFrame(TEXT, JSON.stringify(request)))
}
