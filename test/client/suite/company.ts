import type { Test } from 'tap'
import { tokenFor, until } from '../../helper.ts'
import type { Plan } from '../agent.ts'
import type { AgentHandle } from '../hosts/host.ts'
import type { Heard, Outcome } from '../record.ts'

/** Times that a scene need not wait for. */
export const QUICK = { backOff: { firstMs: 50, mostMs: 400 }, connectTimeoutMs: 1_500, answerTimeoutMs: 1_500, idleMs: 300, tickMs: 50 }

/** For scenes about other things than slow services, on a machine that may be busy. */
export const PATIENT = { ...QUICK, connectTimeoutMs: 20_000, answerTimeoutMs: 20_000, idleMs: 20_000 }

const EVERY_MS = 20
const POLL_MS = 50
/** What has not come after so long is lost. */
const PATIENCE_MS = 15_000
/** Messages that are to be heard before a fault begins, and again after it. */
const WARM_UP = 10

/** How and where a member of a company connects. */
export interface Seat {
  readonly agent: AgentHandle
  readonly name: string
  readonly plan: Plan
}

/** Several hubs that talk in a room all the time. */
export class Company {
  readonly room: string
  readonly seats: readonly Seat[]

  constructor (room: string, seats: readonly Seat[]) {
    this.room = room
    this.seats = seats
  }

  /** Waits until everybody, or those of the names, has heard so many more messages, over a connection that stands. */
  async hearMore ({ count = WARM_UP, names }: { readonly count?: number, readonly names?: readonly string[] } = {}): Promise<void> {
    const seats = this.seats.filter(({ name }) => names?.includes(name) !== false)
    await Promise.all(seats.map(async ({ agent, name }) => {
      const before = (await agent.call('progress', name)).heard
      await until(async () => {
        const { state, heard } = await agent.call('progress', name)
        return state === 'open' && heard >= before + count
      }, POLL_MS)
    }))
  }

  /** Waits until next to nothing waits to be sent. */
  async catchUp (): Promise<void> {
    await Promise.all(this.seats.map(async ({ agent, name }) => {
      await until(async () => {
        const { said, settled } = await agent.call('progress', name)
        return said - settled < WARM_UP
      }, POLL_MS)
    }))
  }

  /** Waits until the connection of a member is another one than before a fault. */
  async comeBack (seat: Seat | undefined, fault: () => unknown): Promise<void> {
    if (seat === undefined) throw new Error('nobody is to come back')
    const connections = async (): Promise<number> => (await seat.agent.call('progress', seat.name)).connections
    const before = await connections()
    await fault()
    await until(async () => await connections() > before, POLL_MS)
  }

  /** Waits until a member has no connection. */
  async lose (seat: Seat | undefined): Promise<void> {
    await until(async () => seat === undefined || (await seat.agent.call('state', seat.name)) !== 'open', POLL_MS)
  }

  /** Everybody is in the room, and seen in it. */
  async #checkMembers (t: Test, agent: AgentHandle, name: string): Promise<void> {
    const users = await Promise.all(this.seats.map(async (seat) => (await seat.agent.call('ready', seat.name)).user_id))
    const wanted = [...new Set(users)].sort()
    const members = async (): Promise<string[]> => (await agent.call('members', name, this.room)).toSorted()
    const latest = performance.now() + PATIENCE_MS
    await until(async () => (await members()).join() === wanted.join() || performance.now() > latest, POLL_MS)
    t.strictSame(await members(), wanted, `${name} sees all who are there`)
  }

  /**
   * Ends the talk, waits until all is settled and has come, and checks it: nothing lost, nothing doubled, all in the order of the stream.
   * A speaker's own order is another matter: what Redis did not confirm in time is said again, behind what it took meanwhile.
   */
  async settle (t: Test): Promise<void> {
    const said = new Map(await Promise.all(this.seats.map(async ({ agent, name }) => [name, await agent.call('hush', name)] as const)))
    t.strictSame([...said.values()].flat().filter(({ error }) => error !== undefined), [], 'nothing was given up')
    for (const { agent, name } of this.seats) {
      const acked = [...said].filter(([other]) => other !== name).flatMap(([, outcomes]) => outcomes).filter(({ seq }) => seq !== undefined)
      const latest = performance.now() + PATIENCE_MS
      await until(async () => (await agent.call('progress', name)).heard >= acked.length || performance.now() > latest, POLL_MS)
      const { heard } = await agent.call('told', name)
      checkAccount(t, name, { acked, heard })
      t.strictSame(await agent.call('read', name), heard, `${name} has read the same in a loop`)
      await this.#checkMembers(t, agent, name)
    }
  }
}

/** What the others said, as it was acked, is what came: each once, in order, under its number. */
function checkAccount (t: Test, name: string, { acked, heard }: { readonly acked: readonly Outcome[], readonly heard: readonly Heard[] }): void {
  const said = [...acked].sort((one, other) => (one.seq ?? 0) - (other.seq ?? 0)).map(({ text, id, seq }) => `${seq} ${id} ${text}`)
  t.strictSame(heard.map(({ text, id, seq }) => `${seq} ${id} ${text}`), said, `${name} heard all ${acked.length} messages of the others once, in order`)
}

/** Connects a company and lets it talk. */
export async function talkingCompany (room: string, seats: readonly Seat[]): Promise<Company> {
  for (const { agent, name, plan } of seats) await agent.call('connect', name, plan)
  await Promise.all(seats.map(async ({ agent, name }) => await agent.call('join', name, room)))
  for (const { agent, name } of seats) await agent.call('talk', name, room, EVERY_MS)
  const company = new Company(room, seats)
  await company.hearMore()
  return company
}

/** A seat of a user of this name, with a token that lasts. */
export async function seatOf (agent: AgentHandle, name: string, url: string, changes: Partial<Plan> = {}): Promise<Seat> {
  return { agent, name, plan: await planFor(name, url, changes) }
}

/** How a user connects, with a token that lasts. */
export async function planFor (user: string, url: string, changes: Partial<Plan> = {}): Promise<Plan> {
  return { ...QUICK, url, token: await tokenFor({ sub: user, name: user }), ...changes }
}
