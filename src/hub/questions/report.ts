import { Type, type Static } from '@sinclair/typebox'
import { questionKind } from '../cluster.ts'

const ReportSchema = Type.Object({
  clients: Type.Integer(),
  rooms: Type.Integer(),
  uptime_s: Type.Number(),
  by_role: Type.Record(Type.String(), Type.Integer()),
  messages: Type.Object({ in: Type.Integer(), out: Type.Integer() })
})

/** What is going on at one node. */
export type Report = Static<typeof ReportSchema>

/** What is going on at each node? */
export const reportQuestion = questionKind('report', Type.Object({}), ReportSchema)
