import { Type, type Static } from '@sinclair/typebox'
import { questionKind } from '../cluster.ts'

const SessionSchema = Type.Object({
  id: Type.String(),
  node: Type.String(),
  /** Milliseconds since 1970. */
  opened_at: Type.Number(),
  /** As limits count it: IPv4, or the /64 network of IPv6. */
  address: Type.Optional(Type.String()),
  dialect: Type.String(),
  roles: Type.Array(Type.String()),
  name: Type.String(),
  /** Of its newest token, where that has one. */
  token_id: Type.Optional(Type.String())
})

/** One connection of a user, as all nodes see it. */
export type Session = Static<typeof SessionSchema>

/** Which connections of a user are on each node? */
export const sessionsQuestion = questionKind('sessions', Type.Object({ user: Type.String() }), Type.Array(SessionSchema))
