import fp from 'fastify-plugin'
import { DEFAULT_ADMIN_ROLES } from '../src/auth/identity.ts'
import { builtInCommands } from '../src/commands/index.ts'
import type { PublishPolicy } from '../src/commands/services.ts'
import { defaultTimings, type Timings } from '../src/hub/timings.ts'
import { HubUsageError } from '../src/errors.ts'
import { parseRoomPolicy, policyOfRules, type PolicyOf } from '../src/auth/room-policy.ts'
import type { RoomLimits } from '../src/rooms/room-info.ts'
import { RoomAccess, type Authorize } from '../src/rooms/room-access.ts'
import { Rooms } from '../src/rooms/rooms.ts'
import { Typing, type TypingTimings } from '../src/rooms/typing.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Who is in which room, and letting connections and users in and out. */
    rooms: Rooms
  }
}

/** Bounds of rooms, who may do what there, and times. */
export interface RoomsPluginOptions {
  readonly limits?: RoomLimits
  readonly policy?: PublishPolicy
  /** What holds in which rooms, as the setting WS_ROOM_POLICY has it: `team:*=private,news:*=read-only`. */
  readonly access?: string | undefined
  /** An application's own rules, asked before those; the same as `app.rooms.authorize`. */
  readonly authorize?: Authorize | undefined
  readonly timings?: TypingTimings & Pick<Timings, 'roomAnswerMs'>
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
  const { limits = defaultLimits, policy = defaultPolicy, timings = defaultTimings, authorize } = options
  const typing = new Typing(app.hub, timings)
  const logger = app.log.child({ logger: 'room' })
  const access = new RoomAccess({ policyOf: readPolicy(options.access), adminRoles: policy.adminRoles, authorize, answerWithinMs: timings.roomAnswerMs })
  const rooms = new Rooms({ hub: app.hub, relay: app.relay.port, typing, limits, access, logger })
  app.hub.commands.addBuiltIn(builtInCommands({ hub: app.hub, rooms, typing, policy, audit: app.log.child({ logger: 'audit' }) }))
  app.decorate('rooms', rooms)
  app.addHook('onClose', async () => typing.close())
}, { name: 'rooms', dependencies: ['hub', 'relay'], fastify: '5.x' })

function readPolicy (text = ''): PolicyOf {
  const parsed = parseRoomPolicy(text)
  if ('expected' in parsed) throw new HubUsageError('HUB_ERR_BAD_POLICY', `access: expected ${parsed.expected}, got ${parsed.got}`)
  return policyOfRules(parsed.rules)
}
