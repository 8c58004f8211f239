import type { HandlerExtras } from '../commands/custom-command.ts'
import type { Logger } from '../logger.ts'
import type { Relay } from '../relay/relay.ts'

/** A connection, by itself or by id, or all connections of a user, by id. */
export type Whom = { readonly id: string } | string

/** What a hub is made of. */
export interface HubParts {
  readonly relay: Relay
  readonly logger: Logger
  /** Given to the application's handlers with every request. */
  readonly extras: HandlerExtras
  /** Roles that make an administrator. */
  readonly adminRoles?: readonly string[] | undefined
}
