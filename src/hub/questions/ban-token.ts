import { Type } from '@sinclair/typebox'
import { questionKind } from '../cluster.ts'

const BanTokenSchema = Type.Object({ token: Type.String(), reason: Type.String() })

/** Closes the connections that came by a token, as forbidden; the answer is how many they were on a node. */
export const banTokenQuestion = questionKind('ban_token', BanTokenSchema, Type.Integer({ minimum: 0 }))
