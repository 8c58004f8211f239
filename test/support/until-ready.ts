import type { ChildProcessByStdio } from 'node:child_process'
import type { Readable } from 'node:stream'

/** Resolves when a server has said that it is ready; rejects with what it said when it ends before. */
export function untilReady (child: ChildProcessByStdio<null, Readable, Readable>, program: string, ready: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = ''
    let isUp = false
    const read = (chunk: Buffer) => {
      if (isUp) return
      log += chunk.toString()
      isUp = ready.test(log)
      if (isUp) resolve()
    }
    for (const stream of [child.stdout, child.stderr]) stream.on('data', read)
    child.once('error', reject)
    child.once('close', () => { reject(new Error(`${program} ended before it was ready:\n${log}`)) })
  })
}
