/**
 * Waits for so long at most, ms; rejects with the error that `late` makes where it takes longer. What is left behind may fail unheard, and
 * the wait itself keeps no process alive.
 */
export async function within<T> (promise: Promise<T>, timeoutMs: number, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const isLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(late()), timeoutMs).unref()
  })
  try {
    return await Promise.race([promise, isLate])
  } finally {
    clearTimeout(timer)
  }
}
