/** How a connection is in a room: as a member, as a subscriber, or both. */
export interface Membership {
  member: boolean
  subscriber: boolean
}
