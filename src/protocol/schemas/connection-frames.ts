import { Type } from '@sinclair/typebox'
import { ANY_NAME, countSchema, described, EpochSchema, PositionSchema, RoomSchema, SeqSchema, TopicSchema } from './fields.ts'
import { ReplyIdSchema, serverMessage, type ServerMessage } from './server-message.ts'

/** When a token ends; a year of more than four digits has six and a sign. */
const ExpirySchema = Type.String({
  pattern: '^(?:\\d{4}|\\+\\d{6})-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$',
  description: 'The end of the token: RFC 3339 in UTC, with milliseconds.'
})

const connected = serverMessage({
  type: 'connected',
  title: 'Connected',
  description: 'The first frame of a connection, to it alone.',
  isUnasked: true,
  fields: {},
  payload: Type.Object({
    client_id: Type.String({ description: 'Id of this connection.' }),
    user_id: Type.String({ description: 'The user id of the token; of a guest, the id of the connection.' }),
    name: Type.String({ description: 'The user\'s name.' }),
    role: Type.String({ description: 'The first of the user\'s roles.' }),
    message: Type.String({ description: 'A greeting, always the same.' }),
    online_count: countSchema('Connections on all nodes, as last known.'),
    node_id: Type.String({ description: 'The node that the connection is on; another one after each start of it.' }),
    dialect: Type.String({ description: 'The dialect that the connection speaks.' }),
    max_message_size: countSchema('Largest frame that is taken, bytes.'),
    ping_interval_ms: countSchema('Time between two WebSocket pings of the server, milliseconds.'),
    positions: Type.Optional(Type.Record(Type.String({ pattern: ANY_NAME }), PositionSchema, {
      title: 'Positions',
      description: 'By topic (`user:…`, `role:…`, `all`): where the streams of this connection stand that are kept.'
    }))
  }),
  examples: [{
    payload: {
      client_id: 'c-7f3a',
      user_id: 'ada',
      name: 'Ada',
      role: 'user',
      message: 'Connected to WebSocket server',
      online_count: 12,
      node_id: 'n-1',
      dialect: 'hub.v1',
      max_message_size: 65_536,
      ping_interval_ms: 54_000,
      positions: { 'user:ada': { epoch: 'e1', seq: 3 } }
    }
  }]
})

const ack = serverMessage({
  type: 'ack',
  title: 'Acknowledgement',
  description: 'A request was carried out. Of a publish: it is in the topic\'s stream.',
  isUnasked: false,
  fields: { id: ReplyIdSchema },
  payload: Type.Object({
    seq: Type.Optional(described(SeqSchema, 'Of a publish: the number of the message in its topic\'s stream.')),
    epoch: Type.Optional(EpochSchema),
    duplicate: Type.Optional(Type.Literal(true, { description: 'It is a repetition: answered as the first time, and delivered to nobody.' })),
    result: Type.Optional(Type.Unknown({ description: 'What the application\'s handler returned.' }))
  }),
  examples: [{ id: 'm1', payload: { seq: 42, epoch: 'e1' } }, { id: 'm2', payload: {} }]
})

const gap = serverMessage({
  type: 'gap',
  title: 'Gap',
  description: 'Messages of a topic were lost, or dropped for this connection: `resume` from the place before gets what can be had.',
  isUnasked: true,
  fields: {},
  payload: Type.Object({
    topic: TopicSchema,
    from_seq: described(SeqSchema, 'Number of the first missing message; 0 where the numbers have begun anew.'),
    to_seq: described(SeqSchema, 'Number of the last missing message.'),
    epoch: Type.Optional(described(EpochSchema, 'The new epoch, where the numbers have begun anew.'))
  }),
  examples: [{ payload: { topic: 'room:general', from_seq: 42, to_seq: 44 } }]
})

const rateWarning = serverMessage({
  type: 'rate_warning',
  title: 'Rate warning',
  description: 'Less than a fifth of the burst is left; at most once a second.',
  isUnasked: true,
  fields: {},
  payload: Type.Object({
    limit: countSchema('Frames that may come at once.'),
    remaining: countSchema('Frames that may still come at once.'),
    retry_after_ms: countSchema('Pause after which a fifth of the burst is there again, milliseconds.')
  }),
  examples: [{ payload: { limit: 100, remaining: 19, retry_after_ms: 20 } }]
})

const tokenExpiring = serverMessage({
  type: 'token_expiring',
  title: 'Token about to expire',
  description: 'The connection is closed with 1008 at the end of its token, unless it sends `refresh_token` before.',
  isUnasked: true,
  fields: {},
  payload: Type.Object({ expires_at: ExpirySchema }),
  examples: [{ payload: { expires_at: '2026-03-01T12:00:30.000Z' } }]
})

const tokenRefreshed = serverMessage({
  type: 'token_refreshed',
  title: 'Token refreshed',
  description: 'The connection goes on with the new token.',
  isUnasked: false,
  fields: { id: ReplyIdSchema },
  payload: Type.Object({
    expires_at: ExpirySchema,
    rooms_left: Type.Optional(Type.Array(RoomSchema, { description: 'Rooms that the new token does not let its user be in: the connection has left them.' }))
  }),
  examples: [{ id: 't1', payload: { expires_at: '2026-03-01T13:00:00.000Z' } }]
})

const draining = serverMessage({
  type: 'draining',
  title: 'Draining',
  description: 'This node is going away and soon closes with 1012: connect again after the pause, and resume.',
  isUnasked: true,
  fields: {},
  payload: Type.Object({ retry_after_ms: countSchema('Pause before connecting again, milliseconds; different for each connection.') }),
  examples: [{ payload: { retry_after_ms: 1_250 } }]
})

const pong = serverMessage({
  type: 'pong',
  title: 'Pong',
  description: 'Answer to `ping`.',
  isUnasked: false,
  fields: { id: ReplyIdSchema },
  payload: Type.Null(),
  examples: [{ id: 'p1', payload: null }]
})

/** What the server says about a connection and its requests. */
export const connectionFrames: readonly ServerMessage[] = [connected, ack, gap, rateWarning, tokenExpiring, tokenRefreshed, draining, pong]
