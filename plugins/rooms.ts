import fp from 'fastify-plugin'
import { DEFAULT_ADMIN_ROLES } from '../src/auth/identity.ts'
import { builtInCommands } from '../src/commands/index.ts'
import type { PublishPolicy } from '../src/commands/services.ts'
import { defaultTimings } from '../src/hub/timings.ts'
import type { RoomLimits } from '../src/rooms/room-info.ts'
import { Rooms } from '../src/rooms/rooms.ts'
import { Typing, type TypingTimings } from '../src/rooms/typing.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Who is in which room, and letting connections and users in and out. */
    rooms: Rooms
  }
}

/** Bounds of rooms, who may publish, and the typing notices' times. */
export interface RoomsPluginOptions {
  readonly limits?: RoomLimits
  readonly policy?: PublishPolicy
  readonly timings?: TypingTimings
}

const defaultLimits: RoomLimits = { maxRoomsPerClient: 128, maxConnectionsPerRoom: 0, presenceMax: 1_000 }
/** Who may publish where nothing else is said. */
export const defaultPolicy: PublishPolicy = {
  publishRequiresJoin: true,
  clientPublish: true,
  clientBroadcast: 'admin',
  adminRoles: DEFAULT_ADMIN_ROLES
}

/** Decorates `rooms`, and gives the hub the message types of the protocol. */
export default fp<RoomsPluginOptions>(async (app, options) => {
  const { limits = defaultLimits, policy = defaultPolicy, timings = defaultTimings } = options
  const typing = new Typing(app.hub, timings)
  const logger = app.log.child({ logger: 'room' })
  const rooms = new Rooms({ hub: app.hub, relay: app.relay.port, typing, limits, logger })
  app.hub.commands.addBuiltIn(builtInCommands({ hub: app.hub, rooms, typing, policy }))
  app.decorate('rooms', rooms)
  app.addHook('onClose', async () => typing.close())
}, { name: 'rooms', dependencies: ['hub', 'relay'], fastify: '5.x' })
