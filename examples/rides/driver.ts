import { connect, type Hub, type Recovery, type State } from 'wshub/client'
import type { MatchProposal, Place, RideEvents, RidePickup } from './messages.ts'
import { Radio } from './radio.ts'
import type { Story } from './story.ts'
import { untilTwo } from './until-two.ts'

/** What a driver does with proposals. */
export type Mood = 'accepts' | 'declines' | 'does not look'

/** Who drives, and how. */
export interface DriverOptions {
  readonly url: string
  readonly token: string
  readonly name: string
  readonly place: Place
  readonly mood: Mood
  readonly story: Story
}

/** Not asked for after so long: where somebody was then does not matter any more. */
const PLACE_MATTERS_MS = 200
const PLACES_ON_THE_WAY = 3

/** A driver's app. */
export class Driver {
  readonly radio = new Radio()
  readonly hub: Hub<RideEvents>
  /** What came of the ways back after lost connections. */
  readonly recoveries: Recovery[] = []
  readonly #options: DriverOptions
  #isConnected = false

  constructor (options: DriverOptions) {
    this.#options = options
    const { url, token, name, story } = options
    const backOff = { firstMs: 100, mostMs: 200 }
    this.hub = connect<RideEvents>(new URL('/ws', url), { token, backOff, WebSocket: this.radio.WebSocket })
    this.hub.on('state', ({ state, reason }) => this.#tellState(state, reason))
    this.hub.on('recovered', (recovery) => this.#back(recovery))
    this.hub.on('match_proposal', ({ payload }) => { this.#consider(payload).catch((error: unknown) => story.tell(name, `cannot answer: ${String(error)}`)) })
    this.hub.on('ride_pickup', ({ payload }) => { this.#drive(payload).catch((error: unknown) => story.tell(name, `cannot drive: ${String(error)}`)) })
  }

  /** Lets passengers know that here is somebody who drives. */
  async switchOn (): Promise<void> {
    await this.hub.request('beacon_update', { is_active: true })
    await this.sendPlace()
  }

  /** Says where the driver is. Given up when it cannot be said soon; gives back whether it was. */
  async sendPlace (place = this.#options.place): Promise<boolean> {
    const { name, story } = this.#options
    const location = { ...place, timestamp: new Date().toISOString() }
    try {
      await this.hub.request('location_update', location, { signal: AbortSignal.timeout(PLACE_MATTERS_MS), repeats: true })
      story.tell(name, `is at ${place.latitude}, ${place.longitude}`)
      return true
    } catch {
      story.tell(name, 'could not say where; nobody will care later')
      return false
    }
  }

  /** Not of every attempt. */
  #tellState (state: State, reason: string): void {
    const { name, story } = this.#options
    if (state === 'open') story.tell(name, 'is connected')
    else if (state === 'waiting' && this.#isConnected) story.tell(name, `has no connection (${reason})`)
    this.#isConnected = state === 'open'
  }

  #back (recovery: Recovery): void {
    const { name, story } = this.#options
    const { topic, recovered, missed = 0 } = recovery
    this.recoveries.push(recovery)
    story.tell(name, `is back: ${topic} recovered ${recovered}, missed ${missed}`)
  }

  async #consider ({ match_id: matchId }: MatchProposal): Promise<void> {
    const { name, mood, story } = this.#options
    story.tell(name, `gets the proposal ${matchId} and ${mood}`)
    if (mood !== 'does not look') await this.hub.request('match_confirm', { match_id: matchId, accepted: mood === 'accepts' })
  }

  async #drive ({ room: roomName, ride_id: rideId, pickup }: RidePickup): Promise<void> {
    const { name, place, story } = this.#options
    const room = await this.hub.join(roomName)
    room.on('message', ({ payload }) => story.tell(name, `reads: ${JSON.stringify(payload)}`))
    await untilTwo(room)
    story.tell(name, `is with the passenger in ${roomName}`)
    for (const there of placesBetween(place, pickup)) await this.sendPlace(there)
    for (const step of ['ride_start', 'ride_arrived']) await this.hub.request(step, { ride_id: rideId })
  }
}

function placesBetween (from: Place, to: Place): Place[] {
  return Array.from({ length: PLACES_ON_THE_WAY }, (_, index) => {
    const share = (index + 1) / PLACES_ON_THE_WAY
    return { latitude: between(from.latitude, to.latitude, share), longitude: between(from.longitude, to.longitude, share) }
  })
}

/** Four decimals are eleven metres. */
function between (from: number, to: number, share: number): number {
  return Number((from + (to - from) * share).toFixed(4))
}
