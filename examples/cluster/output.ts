import type { ChildProcessByStdio } from 'node:child_process'
import type { Readable } from 'node:stream'

/** As much of a failed start's output as is shown. */
const TAIL_CHARACTERS = 1_000

/** A child of which standard output and error are read. */
export type ReadableChild = ChildProcessByStdio<null, Readable, Readable>

/**
 * Waits for words in what a program writes, and goes on reading after that, as a full pipe would block it.
 * @throws {Error} when it cannot be started or ends first; the message has what it wrote
 */
export async function untilSays (child: ReadableChild, words: RegExp): Promise<void> {
  let text = ''
  await new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      text = (text + chunk.toString()).slice(-TAIL_CHARACTERS)
      if (words.test(text)) resolve()
    }
    for (const stream of [child.stdout, child.stderr]) stream.on('data', read)
    child.once('error', reject)
    child.once('close', () => reject(new Error(`${child.spawnfile} ended:\n${text}`)))
  })
}
