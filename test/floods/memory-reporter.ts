import { collectGarbage } from '../support/collect-garbage.ts'

/** What a process still needs, bytes: after a collection of garbage, and what it holds of the machine. */
export interface HeldMemory {
  readonly heldBytes: number
  readonly residentBytes: number
}

/**
 * To be loaded before the service (`node --import`), which itself knows nothing of it: answers each message of the parent with the
 * memory that is held after garbage has been collected.
 */
process.on('message', () => {
  collectGarbage().then((heldBytes) => {
    const answer: HeldMemory = { heldBytes, residentBytes: process.memoryUsage.rss() }
    process.send?.(answer)
  }, () => {})
})
// Whoever looks is gone: nobody is left to end it.
process.on('disconnect', () => process.exit())
// The service ends when it has nothing to do, as it does without a parent who asks.
process.channel?.unref()
