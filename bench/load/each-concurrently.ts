/** Runs a task for each item, in order, a few at a time. Rejects with the first failure, after which none is begun. */
export async function eachConcurrently<T> (items: readonly T[], concurrency: number, task: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values()
  let failed = false
  const work = async () => {
    for (const item of queue) {
      if (failed) return
      await task(item)
    }
  }
  const fail = (error: unknown) => {
    failed = true
    throw error
  }
  await Promise.all(Array.from({ length: concurrency }, () => work().catch(fail)))
}
