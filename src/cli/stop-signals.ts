const STOP_SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** Calls back at the first of each signal that asks a process to end; the second of a kind ends it at once. Returns the way back. */
export function onStopSignal (listener: () => void): () => void {
  for (const signal of STOP_SIGNALS) process.once(signal, listener)
  return () => {
    for (const signal of STOP_SIGNALS) process.removeListener(signal, listener)
  }
}
