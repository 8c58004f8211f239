import type { Static, TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import Fastify from 'fastify'
import type { RideHub } from '../../examples/rides/service/parts.ts'
import { toHubError, type HubError } from '../../src/errors.ts'
import type { Handler, HandlerContext, HandlerOptions, HubEvent, PublishResult } from '../../src/index.ts'

type AnyHandler = (context: HandlerContext, payload: unknown) => unknown

/** A notice, and whom it is for. */
export interface Notified {
  readonly user?: string
  readonly role?: string
  readonly type: string
  readonly payload: unknown
}

/** Stands in for the hub: keeps what is sent and what goes wrong, so that handlers can be tested without a socket. */
export class RideHubRecorder implements RideHub {
  readonly notified: Notified[] = []
  /** Messages that came in, by type. */
  readonly messages: string[] = []
  readonly errors: HubError[] = []
  readonly #handlers = new Map<string, AnyHandler>()

  handle<S extends TSchema> (type: string, { schema }: HandlerOptions<S>, handler: Handler<Static<S>>): void {
    this.#handlers.set(type, (context, payload) => handler(context, Value.Decode(schema, payload)))
  }

  async toUser (user: string, event: HubEvent): Promise<PublishResult> {
    return this.#record({ user, type: event.type, payload: event.payload })
  }

  async toRole (role: string, event: HubEvent): Promise<PublishResult> {
    return this.#record({ role, type: event.type, payload: event.payload })
  }

  /** Calls a handler as if the user had sent the message. */
  async receive (userId: string, type: string, payload: unknown): Promise<void> {
    this.messages.push(type)
    const context = { connection: { id: 'c1' }, user: { id: userId, name: userId, roles: [] }, type, id: undefined, room: undefined, reply: () => {}, app: Fastify() }
    try {
      await this.#handlers.get(type)?.(context, payload)
    } catch (error) {
      this.errors.push(toHubError(error))
    }
  }

  #record (notified: Notified): PublishResult {
    this.notified.push(notified)
    return { recipients: 1 }
  }
}
