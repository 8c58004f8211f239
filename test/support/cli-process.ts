import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { join } from 'node:path'
import { until, type Teardown } from '../helper.ts'
import { projectRoot } from './project-root.ts'

/** The compiled program, as the package's bin names it. */
export const cliPath = join(projectRoot, 'dist', 'src', 'cli.js')

/** How a process ended. */
export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** The program as a process of its own. */
export class CliProcess {
  readonly ended: Promise<Exit>
  stdout = ''
  stderr = ''
  readonly #child: ChildProcessWithoutNullStreams
  #hasEnded = false

  constructor (child: ChildProcessWithoutNullStreams) {
    this.#child = child
    child.stdout.on('data', (chunk) => { this.stdout += String(chunk) })
    child.stderr.on('data', (chunk) => { this.stderr += String(chunk) })
    // A process that is gone does not read any more.
    child.stdin.on('error', () => {})
    this.ended = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        this.#hasEnded = true
        resolve({ code, signal })
      })
    })
  }

  /** Types lines. */
  type (...lines: readonly string[]): void {
    this.#child.stdin.write(lines.map((line) => `${line}\n`).join(''))
  }

  /** Types the last lines and ends the input. */
  async finish (...lines: readonly string[]): Promise<Exit> {
    this.type(...lines)
    this.#child.stdin.end()
    return await this.ended
  }

  kill (signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Nobody reads the output any more. */
  breakOutput (): void {
    this.#child.stdout.destroy()
  }

  /** Waits for a pattern in the output and gives back its group, or all of it. */
  async seen (pattern: RegExp, stream: 'stdout' | 'stderr' = 'stdout'): Promise<string> {
    await until(() => this.#hasEnded || pattern.test(this[stream]))
    const match = pattern.exec(this[stream])
    if (match === null) throw new Error(`ended without ${String(pattern)}:\n${this.stdout}\n${this.stderr}`)
    return match[1] ?? match[0]
  }
}

/** Starts the program with these variables and no others of this shell; ends it with the test. */
export function spawnCli (t: Teardown, args: readonly string[], env: Record<string, string> = {}, nodeFlags: readonly string[] = []): CliProcess {
  const child = spawn(process.execPath, [...nodeFlags, cliPath, ...args], { env: { HOST: '127.0.0.1', PORT: '0', ...env } })
  t.teardown(() => child.kill('SIGKILL'))
  return new CliProcess(child)
}

/** A started service. */
export interface StartedCli {
  readonly service: CliProcess
  readonly address: string
}

/** Starts `wshub start` and waits until it listens; more may be said after that. */
export async function startCli (t: Teardown, env: Record<string, string> = {}, args: readonly string[] = []): Promise<StartedCli> {
  const service = spawnCli(t, ['start', ...args], env)
  const address = await service.seen(/^listening on (http:\S+)$/m)
  return { service, address }
}
