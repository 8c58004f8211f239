import type { Static, TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import Fastify from 'fastify'
import { toHubError, type HubError } from '../../src/errors.ts'
import type { Handler, HandlerContext, HandlerOptions, HubEvent, PublishResult, Target } from '../../src/index.ts'
import type { RideHub } from './ride-service.ts'

type AnyHandler = (context: HandlerContext, payload: unknown) => unknown

/** Stands in for the hub: keeps what is sent and what goes wrong, so that handlers can be tested without a socket. */
export class HubRecorder implements RideHub {
  /** Notifications, with the type and whom they are for. */
  readonly notified: Array<{ target: Target | 'all', type: string, payload: unknown }> = []
  /** Messages that came in, by type. */
  readonly messages: string[] = []
  readonly errors: HubError[] = []
  readonly #handlers = new Map<string, AnyHandler>()

  handle<S extends TSchema> (type: string, { schema }: HandlerOptions<S>, handler: Handler<Static<S>>): void {
    this.#handlers.set(type, (context, payload) => handler(context, Value.Decode(schema, payload)))
  }

  async to (target: Target | 'all', { type, payload }: HubEvent): Promise<PublishResult> {
    this.notified.push({ target, type, payload })
    return { recipients: 1 }
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
}
