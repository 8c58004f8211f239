import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { Type } from '@sinclair/typebox'
import { toOutbound } from '../../src/hub/event.ts'
import { topicsOf } from '../../src/hub/targets.ts'
import type { MaybePromise } from '../../src/maybe-promise.ts'
import type { PublishResult } from '../../src/relay/relay-message.ts'
import { toNotification, type Notification } from './notification.ts'

/** What became of a message, without the nodes that are missing in it. */
export const publishedFields = {
  recipients: Type.Integer({ description: 'Distinct connections it was queued to.' }),
  seq: Type.Optional(Type.Integer()),
  epoch: Type.Optional(Type.String()),
  duplicate: Type.Optional(Type.Literal(true, { description: 'The same was sent before with this id: nothing was delivered, the rest is the first answer.' }))
}

/** A message on its way, by the id that it carries. */
export interface Sent {
  readonly id: string
  readonly published: MaybePromise<PublishResult>
}

/**
 * Publishes an administrator's message, whose shape has been checked. Throws an `HttpError` 400 for what a schema cannot say, and
 * throws or rejects with a `HubError` when the relay refuses it.
 */
export function publishNotification (app: FastifyInstance, notification: Notification, adminId: string): Sent {
  const { id = randomUUID() } = notification
  const { target, event, except } = toNotification({ ...notification, id })
  const published = app.hub.publish({
    topics: topicsOf(target),
    except: topicsOf(except),
    event: toOutbound(event),
    counted: true,
    // Only an id that the administrator gave can come twice.
    ...(notification.id !== undefined && { publisher: adminId })
  })
  return { id, published }
}
