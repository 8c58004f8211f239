import { Type } from '@sinclair/typebox'

/** Path with the id of a user; as long as the id in a token may be. */
export const UserParamsSchema = Type.Object({ id: Type.String({ minLength: 1, maxLength: 256 }) })
