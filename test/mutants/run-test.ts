import { spawn } from 'node:child_process'
import { join } from 'node:path'

/** What a test file said. `broken`: it did not come to test anything, so that it says nothing of a control. */
export interface Outcome {
  readonly kind: 'green' | 'red' | 'broken'
  /** The test that failed, or what the file said instead; empty for a green one. */
  readonly detail: string
}

/** How long a file may take, ms; longer than its own limit, so that it can say which test hangs. */
const LIMIT_MS = 60_000
/** The limit of one test, s. */
const TEST_LIMIT_S = 25
/** Mistakes of a mutant itself. */
const MISTAKE = /(?:SyntaxError|ReferenceError): .*/

/** Runs one compiled test file in a process of its own, up to its first failure. */
export async function runTest (root: string, name: string): Promise<Outcome> {
  const args = ['--import', join(root, 'dist', 'test', 'tools', 'no-hooks.js'), join(root, 'dist', 'test', `${name}.test.js`)]
  const env = { ...process.env, TAP_BAIL: '1', TAP_TIMEOUT: String(TEST_LIMIT_S) }
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk: string) => { output += chunk })
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    kill(child.pid)
  }, LIMIT_MS)
  const code = await new Promise<number | null>((resolve) => { child.once('close', resolve) })
  clearTimeout(timer)
  // What a test that bailed out had started.
  kill(child.pid)
  return isLate ? { kind: 'red', detail: `${runningTest(output)} (does not end)` } : outcomeOf(output, code)
}

/** Reads what a test file wrote and how it ended. */
export function outcomeOf (output: string, code: number | null): Outcome {
  if (code === 0 && /^ok \d+/m.test(output)) return { kind: 'green', detail: '' }
  const [mistake] = MISTAKE.exec(output) ?? []
  if (mistake !== undefined || !/^ *not ok |^Bail out!/m.test(output)) return { kind: 'broken', detail: mistake ?? output.slice(-400) }
  return { kind: 'red', detail: runningTest(output) }
}

/** Tests of a file run one after the other: the last that has begun is the one that failed. */
function runningTest (output: string): string {
  return [...output.matchAll(/^# Subtest: (.*)$/gm)].at(-1)?.[1] ?? 'before the first test'
}

/** Ends a process with all that it started. */
function kill (pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // Nobody is left.
  }
}
