/**
 * Does a step for each item, `width` at a time. After a failure none is begun any more; rejects with the first one when
 * those under way have ended.
 */
export async function inParallel<Item> (items: Iterable<Item>, width: number, step: (item: Item) => Promise<void>): Promise<void> {
  const iterator = items[Symbol.iterator]()
  let hasFailed = false
  const work = async (): Promise<void> => {
    for (let next = iterator.next(); next.done !== true && !hasFailed; next = iterator.next()) {
      await step(next.value).catch((error: unknown) => {
        hasFailed = true
        throw error
      })
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: width }, work))
  const failed = ends.find((end) => end.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}
