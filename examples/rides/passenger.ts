import { WebSocket } from 'ws'
import { connect, type Hub } from 'wshub/client'
import { nextMessage } from '../shared/next-message.ts'
import type { PassengerEvents, Place, RidePickup } from './messages.ts'
import type { Story } from './story.ts'
import { untilTwo } from './until-two.ts'

/** Who wants to ride. */
export interface PassengerOptions {
  readonly url: string
  readonly token: string
  readonly name: string
  readonly story: Story
}

const FARE = 20_000
/** Longest time that anything on the way may take, ms. */
const WITHIN = { within: 30_000 }

/** A passenger's app. */
export class Passenger {
  readonly hub: Hub<PassengerEvents>
  /** Of the car, as far as they came. */
  readonly places: Place[] = []
  readonly #options: PassengerOptions

  constructor (options: PassengerOptions) {
    this.#options = options
    const { url, token, name, story } = options
    this.hub = connect<PassengerEvents>(new URL('/ws', url), { token, WebSocket })
    this.hub.on('driver_availability', ({ payload: { driver_id: id, is_active: isActive } }) => story.tell(name, `sees that ${id} ${isActive ? 'drives' : 'has stopped'}`))
    this.hub.on('match_proposal', ({ payload }) => story.tell(name, `sees that ${payload.driver_id} is asked`))
    this.hub.on('no_driver', () => story.tell(name, 'finds no driver'))
    this.hub.on('driver_location', ({ payload: { latitude, longitude } }) => {
      this.places.push({ latitude, longitude })
      story.tell(name, `sees the car: ${latitude}, ${longitude}`)
    })
  }

  /** Asks for a ride; the service looks for a driver from then on. */
  async requestRide (pickup: Place): Promise<void> {
    const { name, story } = this.#options
    story.tell(name, 'asks for a ride')
    await this.hub.request('finder_update', { is_active: true, pickup })
  }

  /** Goes along, from the pickup to the payment. Rejects when something does not happen. */
  async ride ({ driver_id: driverId, ride_id: rideId, room: roomName }: RidePickup): Promise<void> {
    const { name, story } = this.#options
    story.tell(name, `rides with ${driverId}, and joins ${roomName}`)
    const steps = (['ride_started', 'ride_completed'] as const).map(async (step) => {
      await nextMessage(this.hub, step, WITHIN)
      story.tell(name, `is told: ${step} (${rideId})`)
    })
    const room = await this.hub.join(roomName)
    await untilTwo(room)
    await room.send({ content: 'I wait at the gate' })
    await Promise.all(steps)
    const processed = nextMessage(this.hub, 'payment_processed', WITHIN)
    await this.hub.request('payment_process', { ride_id: rideId, amount: FARE })
    story.tell(name, `has paid ${(await processed).payload.amount}`)
  }
}
