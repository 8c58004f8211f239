import { Type } from '@sinclair/typebox'

/** Path with the id of a token; as long as its claim `jti` may be. */
export const TokenParamsSchema = Type.Object({ id: Type.String({ minLength: 1, maxLength: 256 }) })
