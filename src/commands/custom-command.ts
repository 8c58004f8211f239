import type { Static, TSchema } from '@sinclair/typebox'
import { hasRole } from '../auth/identity.ts'
import { HubError, HubUsageError } from '../errors.ts'
import type { RoomName } from '../hub/topics.ts'
import { andThen, settled } from '../maybe-promise.ts'
import type { UserRef } from '../relay/relay-message.ts'
import { command, reply, type Command, type Request } from './command.ts'

/** What embedders add to every {@link HandlerContext}, by declaration merging. */
export interface HandlerExtras {}

/** What a handler of the application knows of the request. */
export interface HandlerContext extends HandlerExtras {
  readonly connection: { readonly id: string }
  readonly user: UserRef & { readonly roles: readonly string[] }
  readonly type: string
  /** The client's id of the request. */
  readonly id: string | undefined
  readonly room: RoomName | undefined
  /** Sends a frame to the asking connection, with the id of its request. */
  reply (type: string, payload: unknown): void
}

/** What a request must be to reach the handler. */
export interface HandlerOptions<S extends TSchema> {
  /** Schema of the payload. */
  readonly schema: S
  /** Only users with one of these roles may use it. */
  readonly roles?: readonly string[]
}

/** Carries out one message type of the application. */
export type Handler<P> = (context: HandlerContext, payload: P) => unknown

/** How an application's message type is made. */
export interface CustomCommandSpec<S extends TSchema> {
  readonly type: string
  readonly options: HandlerOptions<S>
  readonly handler: Handler<Static<S>>
  readonly extras: HandlerExtras
}

/** Makes a message type of the application. */
export function customCommand<S extends TSchema> ({ type, options, handler, extras }: CustomCommandSpec<S>): Command {
  const { schema, roles } = options
  if (type === '' || typeof handler !== 'function') throw new HubUsageError('HUB_ERR_BAD_HANDLER', `handle('${type}'): expected a type and a handler`)
  return command({
    type,
    payload: schema,
    roles,
    run (request) {
      if (roles !== undefined && !hasRole(request.connection.identity, roles)) {
        throw new HubError('FORBIDDEN', `${type} needs one of the roles ${roles.join(', ')}`)
      }
      const outcome = settled(handler({ ...extras, ...contextOf(request) }, request.payload))
      return andThen(outcome, (result) => reply(request, 'ack', result === undefined ? {} : { result }))
    }
  })
}

function contextOf (request: Request): Omit<HandlerContext, keyof HandlerExtras> {
  const { connection, type, id, room } = request
  return {
    connection,
    user: { ...connection.user, roles: connection.identity.roles },
    type,
    id,
    room,
    reply: (replyType, payload) => reply(request, replyType, payload)
  }
}
