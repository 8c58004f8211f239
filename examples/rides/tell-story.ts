import { nextMessage } from '../shared/next-message.ts'
import { EXIT, say } from '../shared/program.ts'
import { signToken } from '../shared/tokens.ts'
import { Driver, type Mood } from './driver.ts'
import type { RidePickup } from './messages.ts'
import { Passenger } from './passenger.ts'
import type { Story } from './story.ts'

const PICKUP = { latitude: -6.2, longitude: 106.8 }

/** The drivers, the nearest one first. */
const CAST: ReadonlyArray<{ readonly id: string, readonly name: string, readonly mood: Mood }> = [
  { id: 'dee', name: 'Dee', mood: 'declines' },
  { id: 'eli', name: 'Eli', mood: 'does not look' },
  { id: 'fay', name: 'Fay', mood: 'accepts' }
]

/** What a story is told with. */
export interface Stage {
  readonly url: string
  readonly secret: string
  readonly story: Story
  /** One driver does not come out of the tunnel. */
  readonly stay: boolean
}

/** Tells the story of a ride; resolves with the exit code. Rejects when something does not happen. */
export async function tellStory (stage: Stage): Promise<number> {
  const drivers = await Promise.all(CAST.map((person, index) => hire(person, index, stage)))
  const token = await signToken(stage.secret, { id: 'ada', name: 'Ada', role: 'passenger' })
  const passenger = new Passenger({ ...stage, token, name: 'Ada' })
  try {
    return await haveRide(passenger, drivers, stage)
  } finally {
    for (const { hub } of [passenger, ...drivers]) hub.close()
  }
}

async function haveRide (passenger: Passenger, drivers: readonly Driver[], { story, stay }: Stage): Promise<number> {
  const fay = drivers.at(-1)
  if (fay === undefined) throw new Error('nobody drives')
  await passenger.hub.ready()
  for (const driver of drivers) await driver.switchOn()

  story.tell('Fay', 'drives into a tunnel')
  fay.radio.off()
  const isPlaceKnown = await fay.sendPlace()

  const askedFay = nextMessage(passenger.hub, 'match_proposal', { where: ({ driver_id: id }) => id === 'fay', within: 60_000 })
  const found = findDriver(passenger)
  await passenger.requestRide(PICKUP)
  await askedFay
  story.tell('Fay', stay ? 'stays in the tunnel' : 'comes out of the tunnel')
  if (!stay) fay.radio.on()

  await passenger.ride(await found)
  return summary({
    'a place that could not be said at once was given up': !isPlaceKnown,
    'Fay came back to all that she had missed': fay.recoveries.some(({ topic, recovered, missed }) => topic === 'user:fay' && recovered && missed === 1),
    'the passenger saw the car come': passenger.places.length > 0
  })
}

/** Rejects when nobody will drive. */
async function findDriver ({ hub }: Passenger): Promise<RidePickup> {
  const within = 60_000
  const none = nextMessage(hub, 'no_driver', { within }).then(() => { throw new Error('no driver was found') })
  const { payload } = await Promise.race([nextMessage(hub, 'ride_pickup', { within }), none])
  return payload
}

function summary (checks: Readonly<Record<string, boolean>>): number {
  for (const [what, isTrue] of Object.entries(checks)) say(`${isTrue ? 'ok    ' : 'NOT OK'}  ${what}`)
  return Object.values(checks).every(Boolean) ? EXIT.success : EXIT.failure
}

/** Each a little further away. */
async function hire ({ id, name, mood }: typeof CAST[number], index: number, { url, secret, story }: Stage): Promise<Driver> {
  const place = { latitude: PICKUP.latitude, longitude: Number((PICKUP.longitude + (index + 1) / 100).toFixed(2)) }
  const driver = new Driver({ url, token: await signToken(secret, { id, name, role: 'driver' }), name, place, mood, story })
  await driver.hub.ready()
  return driver
}
