import { connect, type Hub, type Recovery, type Room, type State } from 'wshub/client'
import { Radio } from './radio.ts'
import { RIDE_STEPS, type DriverEvents, type Match, type Place } from './ride-events.ts'
import type { Story } from './story.ts'

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
  readonly hub: Hub<DriverEvents>
  /** What came of the ways back after lost connections. */
  readonly recoveries: Recovery[] = []
  readonly #options: DriverOptions
  #isConnected = false

  constructor (options: DriverOptions) {
    this.#options = options
    const { url, token, name, story } = options
    const backOff = { firstMs: 100, mostMs: 200 }
    this.hub = connect<DriverEvents>(new URL('/ws', url), { token, backOff, WebSocket: this.radio.WebSocket })
    this.hub.on('state', ({ state, reason }) => this.#tellState(state, reason))
    this.hub.on('recovered', (recovery) => this.#back(recovery))
    this.hub.on('match_proposal', ({ payload }) => { this.#consider(payload).catch((error: unknown) => story.tell(name, `cannot answer: ${String(error)}`)) })
    this.hub.on('match_confirmed', ({ payload }) => { this.#drive(payload).catch((error: unknown) => story.tell(name, `cannot drive: ${String(error)}`)) })
  }

  /** Says where the driver is. Given up when it cannot be said soon; gives back whether it was. */
  async sendPlace (): Promise<boolean> {
    const { name, place, story } = this.#options
    try {
      await this.hub.request('location_update', place, { signal: AbortSignal.timeout(PLACE_MATTERS_MS), repeats: true })
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

  async #consider ({ match_id: matchId }: DriverEvents['match_proposal']): Promise<void> {
    const { name, mood, story } = this.#options
    story.tell(name, `gets the proposal ${matchId} and ${mood}`)
    if (mood !== 'does not look') await this.hub.request('match_confirm', { match_id: matchId, accepted: mood === 'accepts' })
  }

  async #drive ({ room: roomName, ride_id: rideId }: Match): Promise<void> {
    const { name, place, story } = this.#options
    const room = await this.hub.join(roomName)
    await untilTwo(room)
    story.tell(name, `is with the passenger in ${roomName}`)
    for (let step = 1; step <= PLACES_ON_THE_WAY; step += 1) {
      // Now or never: a place that waits for a connection would be an old one.
      await room.publish({ ...place, step }, { volatile: true })
    }
    for (const type of RIDE_STEPS) await this.hub.request(type, { ride_id: rideId })
  }
}

/** Resolves when the passenger is in the room as well. */
async function untilTwo (room: Room<DriverEvents>): Promise<void> {
  await new Promise<void>((resolve) => {
    const look = (): void => { if (room.members.length >= 2) resolve() }
    room.on('members', look)
    look()
  })
}
