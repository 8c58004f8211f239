import { setTimeout as pause } from 'node:timers/promises'
import type { Static } from '@sinclair/typebox'
import { HubError, type Hub } from 'wshub'
import { AnswerSchema, PlaceSchema, RIDE_STEPS, RideRequestSchema, RideSchema, type Match, type Place } from './ride-events.ts'
import type { Story } from './story.ts'

/** What a dispatcher works with. Of the hub it needs no more than this, so that a test can give it a stand-in. */
export interface DispatcherOptions {
  readonly hub: Pick<Hub, 'handle' | 'to' | 'toUser' | 'toRoom'>
  readonly story: Story
  /** How long a driver may think, ms. */
  readonly answerWithinMs: number
}

interface Ride {
  readonly id: string
  readonly passengerId: string
  readonly pickup: Place
}

/** A proposal that a driver has not answered yet. */
interface Proposal {
  readonly driverId: string
  readonly answer: (accepted: boolean) => void
}

const drivers = { roles: ['driver'] }
const passengers = { roles: ['passenger'] }

/** Adds the message types of drivers and passengers to a hub. */
export function addDispatcher (options: DispatcherOptions): void {
  const { hub } = options
  const dispatcher = new Dispatcher(options)
  hub.handle('location_update', { schema: PlaceSchema, ...drivers }, ({ user }, place) => dispatcher.locate(user.id, place))
  hub.handle('ride_request', { schema: RideRequestSchema, ...passengers }, ({ user }, { pickup }) => dispatcher.request(user.id, pickup))
  hub.handle('match_confirm', { schema: AnswerSchema, ...drivers }, ({ user }, answer) => dispatcher.answered(user.id, answer))
  for (const step of RIDE_STEPS) {
    hub.handle(step, { schema: RideSchema, ...drivers }, async (_context, ride) => {
      await hub.toRoom(tripRoom(ride.ride_id), { type: step, payload: ride })
    })
  }
}

/** Finds a driver for each ride: asks the nearest one, and the next when that declines or keeps silent. */
class Dispatcher {
  readonly #options: DispatcherOptions
  readonly #places = new Map<string, Place>()
  readonly #proposals = new Map<string, Proposal>()
  #rides = 0
  #matches = 0

  constructor (options: DispatcherOptions) {
    this.#options = options
  }

  locate (driverId: string, place: Place): void {
    this.#places.set(driverId, place)
  }

  /** Answers at once; the search goes on behind that. */
  request (passengerId: string, pickup: Place): { ride_id: string } {
    const ride = { id: `ride-${this.#rides += 1}`, passengerId, pickup }
    this.#findDriver(ride).catch((error: unknown) => this.#options.story.tell('dispatcher', `fails: ${String(error)}`))
    return { ride_id: ride.id }
  }

  async #findDriver (ride: Ride): Promise<void> {
    const { hub, story } = this.#options
    for (const driverId of this.#nearest(ride.pickup)) {
      const matchId = `match-${this.#matches += 1}`
      const outcome = await this.#propose(matchId, driverId, ride)
      story.tell('dispatcher', `${driverId} ${outcome} (${matchId})`)
      if (outcome !== 'accepts') continue
      const match: Match = { match_id: matchId, ride_id: ride.id, driver_id: driverId, room: tripRoom(ride.id) }
      await hub.to({ users: [driverId, ride.passengerId] }, { type: 'match_confirmed', payload: match })
      return
    }
    await hub.toUser(ride.passengerId, { type: 'no_driver', payload: { ride_id: ride.id } })
  }

  async #propose (matchId: string, driverId: string, { passengerId, pickup }: Ride): Promise<'accepts' | 'declines' | 'keeps silent'> {
    const { hub, story, answerWithinMs } = this.#options
    const answered = new Promise<boolean>((resolve) => { this.#proposals.set(matchId, { driverId, answer: resolve }) })
    const payload = { match_id: matchId, pickup, answer_within_ms: answerWithinMs }
    // One who is away right now gets it on coming back: what is sent to a user is kept for a while.
    const { recipients } = await hub.toUser(driverId, { type: 'match_proposal', payload })
    story.tell('dispatcher', `proposes ${matchId} to ${driverId}, who has ${recipients} connection${recipients === 1 ? '' : 's'}`)
    await hub.toUser(passengerId, { type: 'driver_asked', payload: { match_id: matchId, driver_id: driverId } })
    const accepted = await Promise.race([answered, pause(answerWithinMs, undefined, { ref: false })])
    this.#proposals.delete(matchId)
    if (accepted === undefined) return 'keeps silent'
    return accepted ? 'accepts' : 'declines'
  }

  /** Throws a `HubError`, which goes out to the driver with its code and text. */
  answered (driverId: string, { match_id: matchId, accepted }: Static<typeof AnswerSchema>): void {
    const proposal = this.#proposals.get(matchId)
    if (proposal?.driverId !== driverId) throw new HubError('VALIDATION_FAILED', `${matchId} is not open any more`)
    proposal.answer(accepted)
  }

  #nearest (pickup: Place): string[] {
    const distance = (place: Place): number => Math.hypot(place.latitude - pickup.latitude, place.longitude - pickup.longitude)
    return [...this.#places].sort(([, one], [, other]) => distance(one) - distance(other)).map(([driverId]) => driverId)
  }
}

function tripRoom (rideId: string): string {
  return `trip:${rideId}`
}
