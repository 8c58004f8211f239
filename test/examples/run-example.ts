import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Teardown } from '../helper.ts'
import { CliProcess, type Exit } from '../support/cli-process.ts'
import { projectRoot } from '../support/project-root.ts'

const main = join(projectRoot, 'dist', 'examples', 'main.js')

/** An example as a process of its own. */
export class RunningExample extends CliProcess {
  /** Waits for its end; gives back all that it wrote. */
  async finished (): Promise<Exit & { readonly stdout: string, readonly stderr: string }> {
    const exit = await this.ended
    return { ...exit, stdout: this.stdout, stderr: this.stderr }
  }
}

/** Starts an example as `npm run example -- …` does; ends it with the test. */
export function runExample (t: Teardown, args: readonly string[], env: Record<string, string> = {}): RunningExample {
  const child = spawn(process.execPath, [main, ...args], { env: { PATH: process.env['PATH'], ...env } })
  const example = new RunningExample(child)
  t.teardown(() => {
    child.kill('SIGTERM')
    return example.ended
  })
  return example
}
