import type { Expiry } from '../hub/expiry.ts'
import type { Hub } from '../hub/hub.ts'
import type { Logger } from '../logger.ts'
import type { Renewal } from '../hub/renewal.ts'
import type { Rooms } from '../rooms/rooms.ts'
import type { Typing } from '../rooms/typing.ts'

/** Who may send what. */
export interface PublishPolicy {
  /** False lets everybody publish to any room. */
  readonly publishRequiresJoin: boolean
  /** False refuses all publishing by clients. */
  readonly clientPublish: boolean
  readonly clientBroadcast: 'off' | 'admin' | 'all'
  readonly adminRoles: readonly string[]
}

/** What the message types work with. */
export interface Services {
  readonly hub: Hub
  readonly rooms: Rooms
  readonly typing: Typing
  readonly policy: PublishPolicy
  /** What administrators do is written here. */
  readonly audit: Logger
}

/** What the message types about a connection itself work with. */
export interface SessionServices {
  readonly renewal: Renewal
  readonly expiry: Expiry
}
