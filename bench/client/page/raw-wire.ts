import type { Wire } from './wire.ts'

interface Frame {
  readonly type: string
  readonly id?: string
  readonly seq?: number
}

/** The least that one does on a bare WebSocket: parses each frame, looks up who waits for it, calls that. */
export async function open (url: string): Promise<Wire> {
  const socket = new WebSocket(url)
  const handlers = new Map<string, (frame: Frame) => void>()
  const waiting = new Map<string, (frame: Frame) => void>()
  let count = 0
  const request = async (type: string, payload: unknown): Promise<Frame> => {
    const id = `raw-${++count}`
    socket.send(JSON.stringify({ type, id, room: 'bench', payload }))
    return await new Promise((resolve) => { waiting.set(id, resolve) })
  }
  const answered = (frame: Frame): void => {
    const { id = '' } = frame
    waiting.get(id)?.(frame)
    waiting.delete(id)
  }
  for (const type of ['ack', 'room_info']) handlers.set(type, answered)
  socket.onmessage = ({ data }) => {
    const frame: Frame = JSON.parse(data)
    handlers.get(frame.type)?.(frame)
  }
  await new Promise<void>((resolve) => { handlers.set('connected', () => resolve()) })
  await request('join_room', {})
  return {
    listen: (take) => { handlers.set('new_message', ({ seq = 0 }) => take(seq)) },
    start: async (order) => { await request('firehose', order) },
    say: async (content) => { await request('send_message', { content }) },
    close: () => socket.close()
  }
}
