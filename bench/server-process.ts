import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const START_TIMEOUT_MS = 20_000
const POLL_MS = 50
/** As much of a failed start's output as is shown. */
const TAIL_CHARACTERS = 1_000

/** A program that serves, and how to tell that it does. */
export interface Program {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  /** Settings; of the shell's own only the path is handed on. */
  readonly env: Readonly<Record<string, string>>
  /** What it writes once it listens. */
  readonly ready: RegExp
}

/** A program that runs and listens. */
export interface ServerProcess {
  readonly pid: number
  /** What the program wrote where its `ready` has a group; else empty. */
  readonly told: string
  /** Ends it at once; resolves when it is gone. */
  stop: () => Promise<void>
}

/**
 * Starts a program in a folder of its own and waits until it listens. What it logs goes to a file: nobody has to read it
 * while it is measured. Rejects with the end of that file when it ends, or takes longer than 20 s.
 */
export async function startServer (program: Program): Promise<ServerProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'wshub-bench-'))
  const logPath = join(folder, 'log')
  const log = openSync(logPath, 'w')
  const env = { PATH: process.env['PATH'], ...program.env }
  const child = spawn(program.command, program.args, { cwd: folder, stdio: ['ignore', log, log], env })
  closeSync(log)
  const clean = () => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', clean)
  const stop = async () => {
    await end(child)
    process.off('exit', clean)
    clean()
  }
  try {
    await once(child, 'spawn')
    return { pid: child.pid ?? 0, told: await untilReady(child, logPath, program.ready), stop }
  } catch (error) {
    const tail = readFileSync(logPath, 'utf8').slice(-TAIL_CHARACTERS) || String(error)
    await stop()
    throw new Error(`${program.name} does not start: ${tail}`, { cause: error })
  }
}

async function untilReady (child: ChildProcess, logPath: string, ready: RegExp): Promise<string> {
  for (let waitedMs = 0; waitedMs < START_TIMEOUT_MS && isRunning(child); waitedMs += POLL_MS) {
    const match = ready.exec(readFileSync(logPath, 'utf8'))
    if (match !== null) return match[1] ?? ''
    await delay(POLL_MS)
  }
  throw new Error('it did not tell that it listens')
}

async function end (child: ChildProcess): Promise<void> {
  if (!isRunning(child)) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

/** Whether it was started and has not ended. */
function isRunning ({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid !== undefined && exitCode === null && signalCode === null
}
