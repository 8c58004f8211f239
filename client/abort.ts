/** Calls back when a signal aborts; what it gives back ends that. */
export function whenAborted (signal: AbortSignal | undefined, then: () => void): () => void {
  signal?.addEventListener('abort', then, { once: true })
  return () => signal?.removeEventListener('abort', then)
}
