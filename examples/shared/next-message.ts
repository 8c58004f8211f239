import type { Hub, Message } from 'wshub/client'

/** Which message is waited for, and how long. */
export interface Wanted<P> {
  readonly where?: (payload: P) => boolean
  /** ms */
  readonly within?: number
}

/** The next message of a type. Rejects when none comes in time. */
export async function nextMessage<E extends object, K extends keyof E & string> (
  hub: Hub<E>, type: K, { where = () => true, within = 5_000 }: Wanted<E[K]> = {}
): Promise<Message<E[K]>> {
  return await new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(within)
    signal.addEventListener('abort', () => reject(new Error(`no ${type} came within ${within} ms`)))
    const take = (message: Message<E[K]>): void => { if (where(message.payload)) resolve(message) }
    hub.on<K>(type, take, { signal })
  })
}
