import { setImmediate as endOfTurn } from 'node:timers/promises'

/** What a process holds after its garbage was collected. */
export interface Holdings {
  /** Bytes. */
  readonly heap: number
  /** Bytes. */
  readonly buffers: number
  /** Bytes. */
  readonly resident: number
  /** What keeps its event loop alive, by kind. */
  readonly resources: Readonly<Record<string, number>>
}

/** The question that a process with this module loaded before its program answers with its {@link Holdings}. */
export const QUESTION = 'what do you hold?'

/** Collects garbage twice, as what a finalizer lets go is collected by the second round only; needs `--expose-gc`. */
async function holdings (): Promise<Holdings> {
  for (let round = 0; round < 2; round += 1) {
    globalThis.gc?.()
    await endOfTurn()
  }
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage()
  const resources: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1
  return { heap: heapUsed, buffers: arrayBuffers, resident: rss, resources }
}

if (process.send !== undefined) {
  process.on('message', (question) => {
    if (question === QUESTION) holdings().then((answer) => process.send?.(answer), () => {})
  })
  // A service that is done does not stay for the sake of questions.
  process.channel?.unref()
}
