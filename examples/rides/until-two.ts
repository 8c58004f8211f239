import type { Room } from 'wshub/client'

/** Resolves when driver and passenger are both in the trip's room. */
export async function untilTwo<E extends object> (room: Room<E>): Promise<void> {
  await new Promise<void>((resolve) => {
    const look = (): void => { if (room.members.length >= 2) resolve() }
    room.on('members', look)
    look()
  })
}
