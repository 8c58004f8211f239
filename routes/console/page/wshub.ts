/** The client library. Browsers get the bundle of this name in place of this module. */
export { connect, HubError } from '../../../client/index.ts'
export type { Hub, Message, Person, Room, State, StateEvent, SocketLike, Typing, Welcome } from '../../../client/index.ts'
