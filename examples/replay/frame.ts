/** What the replay reads of a frame from the service. */
export interface Frame {
  readonly type: string
  readonly id: string | undefined
  readonly seq: number | undefined
  readonly senderId: string | undefined
  readonly payload: Readonly<Record<string, unknown>>
}

/** Reads a frame; throws when it is no envelope. */
export function readFrame (data: string): Frame {
  const value: unknown = JSON.parse(data)
  if (!isRecord(value) || typeof value.type !== 'string') throw new Error(`no envelope: ${data.slice(0, 100)}`)
  const { type, id, seq, sender, payload } = value
  return {
    type,
    id: typeof id === 'string' ? id : undefined,
    seq: typeof seq === 'number' ? seq : undefined,
    senderId: isRecord(sender) && typeof sender.id === 'string' ? sender.id : undefined,
    payload: isRecord(payload) ? payload : {}
  }
}

/** The `seq` in the payload of an `ack` or a `room_info`; throws when there is none. */
export function readPosition ({ type, payload }: Frame): number {
  if (typeof payload.seq !== 'number') throw new Error(`${type} without a seq`)
  return payload.seq
}

/** The ids of the `users` in the payload of an `online_users`; throws when there are none. */
export function readUserIds ({ type, payload: { users } }: Frame): string[] {
  if (!Array.isArray(users)) throw new Error(`${type} without users`)
  return users.map((user: unknown) => isRecord(user) ? String(user.id) : '')
}

function isRecord (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
