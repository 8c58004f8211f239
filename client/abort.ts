/** Calls back when a signal aborts; what it gives back ends that. */
export function whenAborted (signal: AbortSignal | undefined, then: () => void): () => void {
  signal?.addEventListener('abort', then, { once: true })
  return () => signal?.removeEventListener('abort', then)
}

/** The promise, given up with the signal's reason when that aborts first. */
export async function orAborted<T> (promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  signal?.throwIfAborted()
  let forget = (): void => {}
  const aborted = new Promise<never>((_resolve, reject) => {
    forget = whenAborted(signal, () => reject(signal?.reason))
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    forget()
  }
}
