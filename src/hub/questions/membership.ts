import { Type, type Static } from '@sinclair/typebox'
import { questionKind } from '../cluster.ts'

/** A room, and whom the change is about: the id of a user or of a connection. With `but` the others follow one of the user's connections. */
const ChangeSchema = Type.Object({ room: Type.String(), user: Type.String(), but: Type.Optional(Type.String()) })

/** A change of who is in a room. */
export type MembershipChange = Static<typeof ChangeSchema>

const OutcomeSchema = Type.Object({
  connections: Type.Integer({ minimum: 0 }),
  /** Why the first of those failed that did. */
  refusal: Type.Optional(Type.Object({ code: Type.String(), message: Type.String() }))
})

/** What became of a change at one node: for how many connections it was done. */
export type MembershipOutcome = Static<typeof OutcomeSchema>

/** Makes the connections members of the room. */
export const joinQuestion = questionKind('join', ChangeSchema, OutcomeSchema)

/** Ends their membership. */
export const leaveQuestion = questionKind('leave', ChangeSchema, OutcomeSchema)

/** Of which rooms are connections of a user members on each node? */
export const whereaboutsQuestion = questionKind('whereabouts', Type.Object({ user: Type.String() }), Type.Array(Type.String()))
