import { HubError, HubUsageError, toHubError } from '../errors.ts'
import type { Connection } from '../hub/connection.ts'
import type { Requests } from '../hub/inbox.ts'
import { logRefusal, MAX_ECHOED_TYPE_UNITS } from '../hub/refusal-log.ts'
import type { Logger } from '../logger.ts'
import { isPromise, type MaybePromise } from '../maybe-promise.ts'
import { Tally } from '../metrics/tally.ts'
import type { RawRequest } from '../protocol/dialect.ts'
import { errorCodes } from '../protocol/error-codes.ts'
import { isRequestId } from '../protocol/request-id.ts'
import { isReservedType } from '../protocol/reserved-types.ts'
import type { Command } from './command.ts'

/** Which message types there are, and the way from a request to its answer. */
export class CommandRegistry implements Requests {
  /** Refused requests, by error code. */
  readonly refusals = new Tally(Object.keys(errorCodes))
  readonly #commands = new Map<string, Command>()
  readonly #logger: Logger

  constructor (logger: Logger) {
    this.#logger = logger
  }

  /** Adds the types of the protocol itself. */
  addBuiltIn (commands: readonly Command[]): void {
    for (const command of commands) this.#commands.set(command.type, command)
  }

  /** Adds a type of the application; throws {@link HubUsageError} when the name is not free. */
  add (command: Command): void {
    if (isReservedType(command.type)) {
      throw new HubUsageError('HUB_ERR_RESERVED_TYPE', `the message type ${command.type} belongs to the protocol`)
    }
    if (this.#commands.has(command.type)) {
      throw new HubUsageError('HUB_ERR_TYPE_TAKEN', `the message type ${command.type} has a handler already`)
    }
    this.#commands.set(command.type, command)
  }

  /** All message types. */
  commands (): IterableIterator<Command> {
    return this.#commands.values()
  }

  /** Names of all message types. */
  types (): IterableIterator<string> {
    return this.#commands.keys()
  }

  mayOverlap (type: string): boolean {
    return this.#commands.get(type)?.overlaps?.() === true
  }

  /** Has a request carried out. Whatever is thrown on the way becomes an `error` frame: never throws, never rejects. */
  dispatch (connection: Connection, raw: RawRequest): MaybePromise<void> {
    const { user } = connection
    this.#logger.debug({ user_id: user.id, message_type: raw.type.slice(0, MAX_ECHOED_TYPE_UNITS) }, 'Processing WebSocket message')
    try {
      const outcome = this.#find(raw.type).run(connection, raw)
      if (isPromise(outcome)) return outcome.catch((error: unknown) => { this.refuse(connection, error, raw) })
    } catch (error) {
      this.refuse(connection, error, raw)
    }
  }

  /** Tells client and log why a request was refused; its id and type are known unless it could not be read. */
  refuse (connection: Connection, thrown: unknown, raw?: RawRequest): HubError {
    const error = toHubError(thrown)
    this.refusals.count(error.code)
    logRefusal(this.#logger, connection, error, raw?.type)
    connection.sendError(error, { id: isRequestId(raw?.id) ? raw.id : undefined })
    return error
  }

  #find (type: string): Command {
    const command = this.#commands.get(type)
    if (command === undefined) {
      throw new HubError('UNKNOWN_TYPE', `unknown message type: ${type.slice(0, MAX_ECHOED_TYPE_UNITS)}`)
    }
    return command
  }
}
