import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { LoadOptions, LoadReport } from './load/load.ts'

/** What the generator's process tells. */
export type GeneratorMessage =
  | { readonly kind: 'progress' | 'problem', readonly text: string }
  | { readonly kind: 'report', readonly report: LoadReport }

/** Runs a load in a process of its own. Rejects with what the load complains about. */
export async function generate (options: LoadOptions, onProgress: (text: string) => void): Promise<LoadReport> {
  const child = fork(fileURLToPath(new URL('./generator-main.js', import.meta.url)))
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  try {
    return await new Promise((resolve, reject) => {
      child.on('message', (message: GeneratorMessage) => {
        if (message.kind === 'report') resolve(message.report)
        else if (message.kind === 'problem') reject(new Error(message.text))
        else onProgress(message.text)
      })
      child.once('error', reject)
      child.once('exit', () => reject(new Error('the load generator ended early')))
      child.send(options)
    })
  } finally {
    process.off('exit', kill)
    kill()
  }
}
