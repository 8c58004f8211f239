import { WebSocket } from 'ws'
import { connect, type Hub } from 'wshub/client'
import { LUNCH_ROOM, type Dish, type LunchEvents, type Tally, type Vote } from './lunch-events.ts'

/** Somebody who wants lunch: the application's client, on top of the SDK. */
export class Colleague {
  readonly name: string
  readonly hub: Hub<LunchEvents>

  /** With `LunchEvents` the compiler knows each event's payload, and refuses names that are none. */
  constructor (name: string, url: string, token: string) {
    this.name = name
    this.hub = connect<LunchEvents>(new URL('/ws', url), { token, WebSocket })
  }

  /** Hears of the votes, without being seen in the room. */
  async follow (log: (line: string) => void): Promise<void> {
    const room = await this.hub.subscribe(LUNCH_ROOM)
    room.on('lunch.tally', ({ payload }) => log(`${this.name} sees: ${describe(payload)}`))
    this.hub.on('lunch.reminder', ({ payload }) => log(`${this.name} is reminded: ${payload.text}`))
  }

  /** Votes; rejects with a `RefusedError` when the application refuses. Voting twice changes nothing, so it may be repeated after a lost connection. */
  async vote (dish: Dish): Promise<Tally> {
    const vote: Vote = { dish }
    return await this.hub.request('lunch.vote', vote, { repeats: true }) as Tally
  }
}

function describe (tally: Tally): string {
  return Object.entries(tally).map(([dish, votes]) => `${dish} ${votes}`).join(', ')
}
