import { setImmediate as endOfTurn } from 'node:timers/promises'
import t from 'tap'
import { Dispatcher } from '../../examples/rides/service/dispatcher.ts'
import { MemoryStore } from '../../examples/rides/service/memory-store.ts'
import { Notices } from '../../examples/rides/service/notices.ts'
import type { Match } from '../../examples/rides/service/store.ts'
import { until } from '../helper.ts'
import { recordLogs } from '../support/log-recorder.ts'
import { RideHubRecorder } from '../support/ride-hub-recorder.ts'

const PICKUP = { latitude: 0, longitude: 0 }

/** A dispatcher and drivers who are the further away the later they are named. */
async function startDispatcher ({ drivers = ['dee'], store = new MemoryStore(), answerWithinMs = 30_000 } = {}) {
  const hub = new RideHubRecorder()
  const { logger: log, lines } = recordLogs()
  const dispatcher = new Dispatcher({ store, notices: new Notices(hub, log), log, answerWithinMs })
  for (const [index, driver] of drivers.entries()) {
    await store.saveLocation(driver, { latitude: index, longitude: 0 })
    await store.saveBeacon(driver, true)
  }
  const told = async (user: string, type: string): Promise<void> => await until(() => hub.notified.some((notice) => notice.user === user && notice.type === type))
  return { dispatcher, store, lines, told, hub }
}

t.test('a driver who is switched off, or on a ride, is not asked', async (t) => {
  const { dispatcher, store, told, hub } = await startDispatcher({ drivers: ['off', 'busy', 'dee'] })
  await store.saveBeacon('off', false)
  await store.addRide(await store.addMatch({ driverId: 'busy', passengerId: 'bob', pickup: PICKUP }))
  dispatcher.search('ada', PICKUP)
  await told('dee', 'match_proposal')
  t.same(hub.notified.filter(({ type }) => type === 'match_proposal').map(({ user }) => user), ['dee', 'ada'])
})

t.test('who looks for a driver already is refused, and may look again when that is over', async (t) => {
  const { dispatcher, told } = await startDispatcher()
  dispatcher.search('ada', PICKUP)
  t.throws(() => dispatcher.search('ada', PICKUP), { code: 'VALIDATION_FAILED', message: 'a driver is being looked for already' })
  await told('dee', 'match_proposal')
  dispatcher.answer('dee', 'match-1', false)
  await told('ada', 'no_driver')
  await until(() => { try { dispatcher.search('ada', PICKUP); return true } catch { return false } })
})

t.test('who looks no further gets neither a driver nor word of none, and the proposal is open no more', async (t) => {
  const { dispatcher, told, lines, hub } = await startDispatcher({ drivers: ['dee', 'eli'] })
  dispatcher.search('ada', PICKUP)
  await told('ada', 'match_proposal')
  dispatcher.cancel('ada')
  dispatcher.cancel('ada')
  await until(() => lines.some(({ fields }) => fields['outcome'] === 'withdrawn'))
  t.throws(() => dispatcher.answer('dee', 'match-1', true), { message: 'match-1 is not open' })
  dispatcher.search('ada', PICKUP)
  await until(() => hub.notified.length === 4)
  t.same(hub.notified.map(({ type }) => type), Array(4).fill('match_proposal'))
})

t.test('who gives up while a match is being stored has no driver asked', async (t) => {
  let isStored = (): void => {}
  const storing = new Promise<void>((resolve) => { isStored = resolve })
  class SlowStore extends MemoryStore {
    override async addMatch (match: Omit<Match, 'id'>): Promise<Match> {
      await storing
      return await super.addMatch(match)
    }
  }
  const { dispatcher, lines, hub } = await startDispatcher({ store: new SlowStore() })
  dispatcher.search('ada', PICKUP)
  await endOfTurn()
  dispatcher.cancel('ada')
  isStored()
  await until(() => lines.some(({ fields }) => fields['outcome'] === 'withdrawn'))
  t.throws(() => dispatcher.answer('dee', 'match-1', true), { message: 'match-1 is not open' })
  t.same(hub.notified, [])
})

t.test('a passenger who says no to a driver has the next one asked; a passenger\'s yes waits for the driver\'s', async (t) => {
  const { dispatcher, told, hub } = await startDispatcher({ drivers: ['dee', 'eli'] })
  dispatcher.search('ada', PICKUP)
  await told('ada', 'match_proposal')
  dispatcher.answer('ada', 'match-1', false)
  await told('eli', 'match_proposal')
  dispatcher.answer('ada', 'match-2', true)
  t.notOk(hub.notified.some(({ type }) => type === 'ride_pickup'))
  dispatcher.answer('eli', 'match-2', true)
  await told('ada', 'ride_pickup')
})

t.test('of two passengers one gets the driver who says yes to both', async (t) => {
  const { dispatcher, told, hub } = await startDispatcher()
  for (const passenger of ['ada', 'bob']) {
    dispatcher.search(passenger, PICKUP)
    await told(passenger, 'match_proposal')
  }
  for (const match of ['match-1', 'match-2']) dispatcher.answer('dee', match, true)
  await told('ada', 'ride_pickup')
  await told('bob', 'no_driver')
  t.equal(hub.notified.filter(({ type, user }) => type === 'ride_pickup' && user === 'dee').length, 1)
})

t.test('a search that fails is in the log, and over', async (t) => {
  class TornStore extends MemoryStore {
    override async freeDrivers (): Promise<readonly string[]> { throw new Error('the database is away') }
  }
  const { dispatcher, lines } = await startDispatcher({ store: new TornStore() })
  dispatcher.search('ada', PICKUP)
  await until(() => lines.some(({ text }) => text === 'Failed to find a driver'))
  t.match(lines.at(-1), { level: 'error', fields: { passenger_id: 'ada', err: { message: 'the database is away' } } })
  await until(() => { try { dispatcher.search('ada', PICKUP); return true } catch { return false } })
})
