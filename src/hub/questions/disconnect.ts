import { Type } from '@sinclair/typebox'
import { questionKind } from '../cluster.ts'

const DisconnectSchema = Type.Object({ topics: Type.Array(Type.String()), code: Type.Integer(), reason: Type.String() })

/** Closes the connections on any of the topics; the answer is how many they were on a node. */
export const disconnectQuestion = questionKind('disconnect', DisconnectSchema, Type.Integer({ minimum: 0 }))
