import type { Open } from './wire.ts'

/** How a page talks. */
export interface Talk {
  readonly messages: number
  /** How many wait for their acknowledgement at once. */
  readonly window: number
  readonly content: string
}

/** What came of a talk. */
export interface Talked {
  readonly acked: number
  /** From the first message to the last acknowledgement. */
  readonly ms: number
}

/** Says so many messages, each as soon as one before it is acknowledged. */
export async function talk (open: Open, url: string, { messages, window, content }: Talk): Promise<Talked> {
  const wire = await open(url)
  let begun = 0
  let acked = 0
  const speak = async (): Promise<void> => {
    while (begun < messages) {
      begun += 1
      await wire.say(content)
      acked += 1
    }
  }
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: window }, speak))
  const ms = performance.now() - startedAt
  wire.close()
  return { acked, ms }
}
