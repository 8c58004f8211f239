import { AnyPayloadSchema, RoomPayloadSchema } from '../commands/command.ts'
import { HistoryPayloadSchema } from '../commands/history.ts'
import { RefreshPayloadSchema } from '../commands/refresh-token.ts'
import { ResumePayloadSchema } from '../commands/resume.ts'
import { ReturnPayloadSchema } from '../commands/returning.ts'
import { ChatPayloadSchema } from '../commands/send-message.ts'
import { TypingPayloadSchema } from '../commands/typing.ts'
import { request, type RequestMessage } from './request-message.ts'

/** Every request of the protocol, in the order of the README. */
export const requests: readonly RequestMessage[] = [
  request({
    type: 'join_room',
    title: 'Join a room',
    description: 'Become a member, seen by the others. With a place: come back, and be shown what was missed.',
    room: 'anywhere',
    payload: ReturnPayloadSchema,
    examples: [{ id: 'j1', room: 'general' }, { id: 'j2', room: 'general', payload: { since: { epoch: 'e1', seq: 41 } } }]
  }, 'room_info'),
  request({
    type: 'leave_room',
    title: 'Leave a room',
    description: 'Stop being a member; no error for one who is not.',
    room: 'anywhere',
    payload: RoomPayloadSchema,
    examples: [{ id: 'l1', room: 'general' }]
  }, 'ack'),
  request({
    type: 'send_message',
    title: 'Send a chat message',
    description: '`new_message` to the room\'s members and subscribers but this connection. Members only.',
    room: 'top',
    payload: ChatPayloadSchema,
    examples: [{ id: 'm1', room: 'general', payload: { content: 'hello' } }]
  }, 'ack'),
  request({
    type: 'typing',
    title: 'Typing',
    description: '`user_typing` to the other members, at most once a second, taken back after 6 seconds of silence. No answer, unless it is refused; ignored without a room.',
    room: 'optional',
    payload: TypingPayloadSchema,
    examples: [{ room: 'general' }]
  }),
  request({
    type: 'stop_typing',
    title: 'No longer typing',
    description: 'The same with `is_typing: false`.',
    room: 'optional',
    payload: TypingPayloadSchema,
    examples: [{ room: 'general' }]
  }),
  request({
    type: 'online_users',
    title: 'Who is in a room',
    description: 'The users in a room, on all nodes, for those who may join it.',
    room: 'anywhere',
    payload: RoomPayloadSchema,
    examples: [{ id: 'o1', room: 'general' }]
  }, 'online_users'),
  request({
    type: 'subscribe',
    title: 'Subscribe to a room',
    description: 'Receive a room\'s messages without being a member: no presence, no notices. With a place: come back.',
    room: 'anywhere',
    payload: ReturnPayloadSchema,
    examples: [{ id: 's1', room: 'news' }]
  }, 'subscribed'),
  request({
    type: 'unsubscribe',
    title: 'End a subscription',
    description: 'The end of `subscribe`; no error for one who is not subscribed.',
    room: 'anywhere',
    payload: RoomPayloadSchema,
    examples: [{ id: 's2', room: 'news' }]
  }, 'unsubscribed'),
  request({
    type: 'publish',
    title: 'Publish to a room',
    description: '`message` to the room\'s members and subscribers but this connection. Members and subscribers only, unless the settings allow it to all.',
    room: 'top',
    payload: AnyPayloadSchema,
    examples: [{ id: 'm2', room: 'news', payload: { headline: 'Ten years' } }]
  }, 'ack'),
  request({
    type: 'broadcast',
    title: 'Publish to everybody',
    description: '`message` to everybody but this connection. For administrators, unless the settings allow it to all or to nobody.',
    room: 'none',
    payload: AnyPayloadSchema,
    examples: [{ id: 'm3', payload: 'hello all' }]
  }, 'ack'),
  request({
    type: 'history',
    title: 'What was said in a room',
    description: 'A page of the messages that are kept, oldest first; with neither bound the newest. For those in the room.',
    room: 'anywhere',
    payload: HistoryPayloadSchema,
    examples: [{ id: 'h1', room: 'general' }, { id: 'h2', room: 'general', payload: { before: 42, limit: 10 } }]
  }, 'history'),
  request({
    type: 'resume',
    title: 'Come back',
    description: 'The way back after a reconnect, to many topics at once: what was missed follows the answer.',
    room: 'none',
    payload: ResumePayloadSchema,
    examples: [{ id: 'r1', payload: { topics: { 'room:general': { epoch: 'e1', seq: 41, member: true }, 'user:ada': { epoch: 'e2', seq: 3 } } } }]
  }, 'resumed'),
  request({
    type: 'refresh_token',
    title: 'Go on with a new token',
    description: 'Lets a newer token of the same user take the place of the one that is about to end; anything else is refused and changes nothing.',
    room: 'none',
    payload: RefreshPayloadSchema,
    examples: [{ id: 't1', payload: { token: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.signature' } }]
  }, 'token_refreshed'),
  request({
    type: 'ping',
    title: 'Ping',
    description: 'Heartbeat of the application.',
    room: 'none',
    payload: AnyPayloadSchema,
    examples: [{ id: 'p1' }]
  }, 'pong')
]
