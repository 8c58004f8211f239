import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { MemoryPresence } from '../../src/relay/memory-presence.ts'
import type { Attendance, PresenceStore } from '../../src/relay/presence-store.ts'
import type { Teardown } from '../helper.ts'
import { occupantOf, PresenceNode } from '../support/presence-node.ts'
import { startRedis } from '../support/redis-server.ts'
import type { Fate } from '../support/script-runner.ts'

/** Longer than the test. */
const GRACE_MS = 600_000
const ROOMS = ['hall', 'cellar']
const USERS = ['ada', 'bob', 'carl']
/** Two connections of each user on each node. */
const CONNECTIONS = 2
const CAPACITY = 5

interface Step {
  readonly what: 'enter' | 'leave'
  readonly node: 0 | 1
  readonly room: string
  readonly user: string
  readonly connection: number
  readonly as: Attendance
}

type Trouble = Step & { readonly fate: Exclude<Fate, 'late' | 'overtaken'> } | { readonly what: 'flush' } | { readonly what: 'declared dead', readonly node: 0 | 1 }

const step = {
  node: fc.constantFrom<0 | 1>(0, 1),
  room: fc.constantFrom(...ROOMS),
  user: fc.constantFrom(...USERS),
  connection: fc.nat(CONNECTIONS - 1),
  as: fc.constantFrom<Attendance>('member', 'subscriber')
}
const steps = fc.record({ what: fc.constantFrom<'enter' | 'leave'>('enter', 'enter', 'leave'), ...step })

const server = await startRedis(t)
let prefixes = 0

/** Two nodes on Redis, and the store of one process that has to agree with them. */
class World {
  readonly nodes: readonly [PresenceNode, PresenceNode]
  readonly model = new MemoryPresence()
  readonly told: string[] = []

  constructor (t: Teardown, tags: number) {
    const options = { server, prefix: `m${prefixes += 1}`, tags }
    this.nodes = [new PresenceNode(t, options), new PresenceNode(t, options)]
    this.model.onChange(({ kind, room, user, users }) => this.told.push(`${kind} ${room} ${user.id} ${users}`))
    t.teardown(() => this.model.close())
  }

  async watch (): Promise<void> {
    for (const node of this.nodes) {
      for (const room of ROOMS) await node.watch(room)
    }
  }

  /** Does a step on both; the answers must be the same. */
  async take (step: Step, graceMs: number): Promise<void> {
    assert.deepEqual(await change(this.nodes[step.node].presence, step, graceMs), await change(this.model, step, graceMs))
  }

  async survive (trouble: Trouble): Promise<void> {
    if (trouble.what === 'flush') {
      await server.command('FLUSHALL')
      for (const { presence } of this.nodes) assert.ok(await presence.heal({ quiet: true }))
    } else if (trouble.what === 'declared dead') await this.#declareDead(trouble.node)
    else await this.#fail(trouble)
  }

  /** Both say the same about everything. */
  async compare ({ ordered }: { readonly ordered: boolean }): Promise<void> {
    const [expected, ...found] = await Promise.all([this.model, ...this.nodes.map(({ presence }) => presence)].map((store) => summaryOf(store, ordered)))
    for (const summary of found) assert.deepEqual(summary, expected)
  }

  async #declareDead (index: 0 | 1): Promise<void> {
    const node = this.nodes[index]
    await this.nodes[1 - index === 0 ? 0 : 1].presence.sweepNode(node.leaseId, 0)
    node.leaseId += '+'
    assert.ok(await node.presence.heal({ quiet: false }))
  }

  async #fail (step: Step & { readonly fate: Fate }): Promise<void> {
    const { presence, runner } = this.nodes[step.node]
    runner.fate = step.fate
    const isDone = await change(presence, step, 0).then(() => true, () => false)
    runner.fate = 'answered'
    if (isDone) await change(this.model, step, 0)
    for (const { presence } of this.nodes) await presence.healDirty()
  }
}

async function change (store: PresenceStore, { what, node, room, user, connection, as }: Step, graceMs: number): Promise<unknown> {
  const occupant = { ...occupantOf(`${user}-${node}-${connection}`), connectionId: `${user}-${node}-${connection}`, as }
  return what === 'enter' ? await store.enter(room, occupant, CAPACITY) : await store.leave(room, occupant, graceMs)
}

async function summaryOf (store: PresenceStore, ordered: boolean): Promise<unknown> {
  const rooms = await Promise.all(ROOMS.map(async (room) => {
    const { users, count } = await store.members(room, 10)
    const ids = users.map(({ id }) => id)
    const connections = await Promise.all(USERS.map((user) => store.connectionsOf(room, user)))
    return { size: await store.size(room), count, ids: ordered ? ids : ids.sort(), connections }
  }))
  const listed = [...await store.rooms()].sort((a, b) => a.room.localeCompare(b.room))
  return { rooms, listed, roomCount: await store.roomCount() }
}

for (const tags of [1, 64]) {
  t.test(`two nodes do what one process does (${tags} tags)`, async (t) => {
    const sometimes = fc.record({ step: steps, hasGrace: fc.boolean() })
    await fc.assert(fc.asyncProperty(fc.array(sometimes, { maxLength: 30 }), async (sequence) => {
      const teardowns: Array<() => unknown> = []
      const world = new World({ teardown: (fn) => teardowns.push(fn) }, tags)
      try {
        await world.watch()
        for (const { step, hasGrace } of sequence) await world.take(step, hasGrace ? GRACE_MS : 0)
        await world.compare({ ordered: true })
        for (const node of world.nodes) assert.deepEqual(await node.heard(), world.told)
      } finally {
        for (const end of teardowns) await end()
      }
    }), { numRuns: 60 })
    t.pass()
  })

  t.test(`two nodes agree with one process after any trouble (${tags} tags)`, async (t) => {
    const troubles: fc.Arbitrary<Trouble> = fc.oneof(
      { arbitrary: steps.chain((step) => fc.constantFrom<Exclude<Fate, 'late' | 'overtaken'>>('answered', 'lost', 'answer lost', 'away').map((fate) => ({ ...step, fate }))), weight: 8 },
      { arbitrary: fc.constant({ what: 'flush' as const }), weight: 1 },
      { arbitrary: fc.record({ what: fc.constant('declared dead' as const), node: step.node }), weight: 1 }
    )
    await fc.assert(fc.asyncProperty(fc.array(troubles, { maxLength: 30 }), async (sequence) => {
      const teardowns: Array<() => unknown> = []
      const world = new World({ teardown: (fn) => teardowns.push(fn) }, tags)
      try {
        for (const trouble of sequence) {
          await world.survive(trouble)
          await world.compare({ ordered: false })
        }
      } finally {
        for (const end of teardowns) await end()
      }
    }), { numRuns: 60 })
    t.pass()
  })
}
