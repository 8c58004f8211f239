import { Type } from '@sinclair/typebox'

/** Body of every refusal. */
export const ErrorSchema = Type.Object({
  error: Type.String({ description: 'What was wrong, for people.' }),
  code: Type.String({ description: 'The same for programs.' })
})

/** Connections by role. */
export const ByRoleSchema = Type.Record(Type.String(), Type.Integer())

/** A user as others see it. */
export const UserSchema = Type.Object({ id: Type.String(), name: Type.String() })

/** Names the nodes that an answer lacks. */
export const MissingNodesSchema = Type.Optional(Type.Array(Type.String(), { description: 'Nodes that did not answer in time: theirs are not in it.' }))

/** The refusals of routes for administrators. */
export const adminErrors = { 401: ErrorSchema, 403: ErrorSchema, 429: ErrorSchema, 503: ErrorSchema }

/** Shown in the OpenAPI document: the route wants a token. */
export const tokenSecurity = [{ token: [] }]
