/** Numbers of the fields of both messages in `hub.proto`; a client's has the first five. */
export const frameFields = { known: 1, name: 2, id: 3, room: 4, payload: 5, sender: 6, timestamp: 7, seq: 8, topic: 9, error: 10 } as const

/** The same for a person. */
export const personFields = { id: 1, name: 2 } as const
