/**
 * Compiled by `typecheck`, run by nobody: proves that the plugins type what they decorate, and that a handler of one's
 * own knows its payload. A line with `@ts-expect-error` fails to compile as soon as its mistake is no mistake any more.
 */
import { Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import type { Hub, HubStats, PublishResult, RelayFacade, RelayStatus, RoomMembers, Rooms } from '../src/index.ts'

/** True when both are the same type, `any` told from everything else. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false

/** Compiles only when the value's type is the expected one, no wider and no narrower. */
function exactly<Expected> () {
  return <Actual>(value: Actual, ...proof: Same<Expected, Actual> extends true ? [] : [never]): void => {
    if (proof.length > 0) throw new Error(`another type: ${String(value)}`)
  }
}

/** What an application's author writes, and what the compiler must refuse. */
export async function compileOnly (app: FastifyInstance): Promise<void> {
  exactly<Hub>()(app.hub)
  exactly<Rooms>()(app.rooms)
  exactly<RelayFacade>()(app.relay)
  exactly<PublishResult>()(await app.hub.to({ users: ['ada'], rooms: ['general'] }, { type: 'note', payload: 1 }, { except: { roles: ['bot'] } }))
  exactly<HubStats>()(await app.hub.stats())
  exactly<RoomMembers>()(await app.rooms.members('general'))
  exactly<boolean>()(await app.hub.isOnline('ada'))
  exactly<RelayStatus>()(app.relay.status())
  // @ts-expect-error The check itself tells types apart.
  exactly<string>()(await app.hub.isOnline('ada'))

  const schema = Type.Object({ seats: Type.Integer(), note: Type.Optional(Type.String()) })
  app.hub.handle('book', { schema, roles: ['driver'] }, (context, payload) => {
    exactly<number>()(payload.seats)
    exactly<string>()(context.user.id)
    exactly<FastifyInstance>()(context.app)
    context.reply('booked', { by: context.user.name, seats: payload.seats })
    // @ts-expect-error The schema knows no such field.
    return payload.price
  })

  // @ts-expect-error An event has a type.
  await app.hub.broadcast({ payload: 1 })
  // @ts-expect-error Targets are lists.
  await app.hub.to({ users: 'ada' }, { type: 'note' })
}
