import { WebSocket } from 'ws'
import { connect, type Hub } from 'wshub/client'
import { nextMessage } from '../shared/next-message.ts'
import { RIDE_STEPS, type Match, type PassengerEvents, type Place } from './ride-events.ts'
import type { Story } from './story.ts'

/** Who wants to ride. */
export interface PassengerOptions {
  readonly url: string
  readonly token: string
  readonly name: string
  readonly story: Story
}

/** A passenger's app. */
export class Passenger {
  readonly hub: Hub<PassengerEvents>
  /** Of the driver, as far as they came. */
  readonly places: unknown[] = []
  readonly #options: PassengerOptions

  constructor (options: PassengerOptions) {
    this.#options = options
    const { url, token, name, story } = options
    this.hub = connect<PassengerEvents>(new URL('/ws', url), { token, WebSocket })
    this.hub.on('driver_asked', ({ payload }) => story.tell(name, `sees that ${payload.driver_id} is asked`))
    this.hub.on('no_driver', () => story.tell(name, 'finds no driver'))
  }

  /** Asks for a ride; the dispatcher looks for a driver from then on. */
  async requestRide (pickup: Place): Promise<void> {
    const { name, story } = this.#options
    story.tell(name, 'asks for a ride')
    const { ride_id: rideId } = await this.hub.request('ride_request', { pickup }) as { ride_id: string }
    story.tell(name, `knows its number: ${rideId}`)
  }

  /** Goes along, from the match to the end. Rejects when something does not happen. */
  async ride ({ driver_id: driverId, room: roomName }: Match): Promise<void> {
    const { name, story } = this.#options
    story.tell(name, `rides with ${driverId}, and joins ${roomName}`)
    const room = await this.hub.join(roomName)
    room.on('message', ({ payload }) => {
      this.places.push(payload)
      story.tell(name, `sees the car: ${JSON.stringify(payload)}`)
    })
    for (const step of RIDE_STEPS) room.on(step, ({ payload, seq }) => story.tell(name, `is told: ${step} (${payload.ride_id}, number ${seq} in the room)`))
    await Promise.all(RIDE_STEPS.map((step) => nextMessage(this.hub, step)))
  }
}
