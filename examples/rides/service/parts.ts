import type { Hub } from 'wshub'
import type { Dispatcher } from './dispatcher.ts'
import type { Notices } from './notices.ts'
import type { RideStore } from './store.ts'

/** All that the service needs of the hub: nothing of sockets, tokens or the way messages take. A test can give it a stand-in. */
export type RideHub = Pick<Hub, 'handle' | 'toUser' | 'toRole'>

/** Where it writes what happens; the log of any Fastify application will do. */
export interface RideLog {
  debug (fields: object, text: string): void
  info (fields: object, text: string): void
  error (fields: object, text: string): void
}

/** What handlers work with. */
export interface RideParts {
  readonly hub: RideHub
  readonly store: RideStore
  readonly log: RideLog
  readonly notices: Notices
  readonly dispatcher: Dispatcher
}

/** Types of drivers alone. */
export const drivers = { roles: ['driver'] }
/** Types of passengers alone. */
export const passengers = { roles: ['passenger'] }
