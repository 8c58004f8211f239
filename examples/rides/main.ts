import { randomBytes } from 'node:crypto'
import { buildApp, loadConfig } from 'wshub'
import { nextMessage } from '../shared/next-message.ts'
import { EXIT, readFlags, readInteger, say, type Example } from '../shared/program.ts'
import { signToken } from '../shared/tokens.ts'
import { addDispatcher } from './dispatcher.ts'
import { Driver, type Mood } from './driver.ts'
import { Passenger } from './passenger.ts'
import type { Match } from './ride-events.ts'
import { Story } from './story.ts'

const usage = `A ride from request to arrival. Ends by itself.

  npm run example -- rides [--think MS] [--stay]

  --think MS   how long a driver may think about a proposal (default: 2000)
  --stay       one driver does not come out of the tunnel: there is none then, and the exit code is 1`

const PICKUP = { latitude: -6.2, longitude: 106.8 }

/** The drivers, the nearest one first. */
const CAST: ReadonlyArray<{ readonly id: string, readonly name: string, readonly mood: Mood }> = [
  { id: 'dee', name: 'Dee', mood: 'declines' },
  { id: 'eli', name: 'Eli', mood: 'does not look' },
  { id: 'fay', name: 'Fay', mood: 'accepts' }
]

/** Ends with 0 when all happened that should, with 1 otherwise. */
export const example: Example = {
  usage,
  async run (args) {
    const { think, stay } = readFlags(args, { think: { type: 'string', default: '2000' }, stay: { type: 'boolean', default: false } })
    const answerWithinMs = readInteger('--think', think, { min: 100, max: 60_000 })
    const secret = randomBytes(32).toString('base64url')
    const app = await buildApp(loadConfig({ JWT_SECRET: secret, LOG_LEVEL: 'error' }).config)
    const story = new Story()
    // The application's part: message types of its own, before anybody can connect.
    addDispatcher({ hub: app.hub, story, answerWithinMs })
    try {
      const url = await app.listen({ host: '127.0.0.1', port: 0 })
      return await tellStory({ url, secret, story, stay })
    } finally {
      await app.close()
    }
  }
}

/** What a story is told with. */
interface Stage {
  readonly url: string
  readonly secret: string
  readonly story: Story
  readonly stay: boolean
}

async function tellStory (stage: Stage): Promise<number> {
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
  for (const driver of drivers) await driver.sendPlace()

  story.tell('Fay', 'drives into a tunnel')
  fay.radio.off()
  const isPlaceKnown = await fay.sendPlace()

  const askedFay = nextMessage(passenger.hub, 'driver_asked', { where: ({ driver_id: id }) => id === 'fay', within: 60_000 })
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
async function findDriver ({ hub }: Passenger): Promise<Match> {
  const within = 60_000
  const none = nextMessage(hub, 'no_driver', { within }).then(() => { throw new Error('no driver was found') })
  const { payload } = await Promise.race([nextMessage(hub, 'match_confirmed', { within }), none])
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
