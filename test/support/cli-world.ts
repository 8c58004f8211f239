import { PassThrough } from 'node:stream'
import { runCli } from '../../src/cli/run-cli.ts'

/** A world for commands that run inside the test. */
export class TestWorld {
  readonly env: Record<string, string>
  readonly stdin = new PassThrough()
  readonly stdout = new PassThrough({ encoding: 'utf8' })
  readonly stderr = new PassThrough({ encoding: 'utf8' })
  /** Everything written so far. */
  readonly seen = { stdout: '', stderr: '' }

  constructor (env: Record<string, string> = {}) {
    this.env = env
    this.stdout.on('data', (text: string) => { this.seen.stdout += text })
    this.stderr.on('data', (text: string) => { this.seen.stderr += text })
  }
}

/** What came of a command. */
export interface CliResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command inside the test with these variables; `input` is all it can read. */
export async function cli (args: readonly string[], env: Record<string, string> = {}, input = ''): Promise<CliResult> {
  const world = new TestWorld(env)
  world.stdin.end(input)
  const code = await runCli(args, world)
  // What was written last is handed on in the next turn.
  await new Promise((resolve) => { setImmediate(resolve) })
  return { code, ...world.seen }
}
