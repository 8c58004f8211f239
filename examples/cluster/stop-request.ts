const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
/** npm hands on what the terminal has sent to everybody already: so soon, the same signal is no second request. */
const ECHO_MS = 500

/**
 * Resolves at the first signal that asks this program to stop; from the call on none ends it by itself.
 * @param onInsist called when somebody asks again, as a person does who does not want to wait
 */
export function stopRequest (onInsist: () => void): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let askedAt: number | undefined
    for (const signal of STOP_SIGNALS) {
      process.on(signal, () => {
        if (askedAt === undefined) {
          askedAt = performance.now()
          resolve(signal)
        } else if (performance.now() - askedAt > ECHO_MS) onInsist()
      })
    }
  })
}
