import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { HubSpec } from './hubs.ts'

const START_TIMEOUT_MS = 20_000
const POLL_MS = 50
const ADDRESS = /listening on http:\/\/([\w.:[\]-]+)/
/** As much of a failed start's output as is shown. */
const TAIL_CHARACTERS = 1_000

/** A hub that listens. */
export interface HubProcess {
  readonly pid: number
  /** `ws://127.0.0.1:port` */
  readonly url: string
  stop: () => Promise<void>
}

/** Starts a hub and waits until it listens. What it logs goes to a file: nobody has to read it while it is measured. */
export async function startHub ({ name, args, env }: HubSpec): Promise<HubProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'wshub-bench-'))
  const logPath = join(folder, 'log')
  const log = openSync(logPath, 'w')
  const child = spawn(process.execPath, args, { stdio: ['ignore', log, log], env: { PATH: process.env['PATH'], ...env } })
  const clean = () => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true })
  }
  process.once('exit', clean)
  const stop = async () => {
    await end(child)
    process.off('exit', clean)
    clean()
  }
  try {
    return { pid: child.pid ?? 0, url: await readAddress(child, logPath), stop }
  } catch (error) {
    const tail = readFileSync(logPath, 'utf8').slice(-TAIL_CHARACTERS)
    await stop()
    throw new Error(`${name} does not start: ${tail}`, { cause: error })
  }
}

async function readAddress (child: ChildProcess, logPath: string): Promise<string> {
  for (let waitedMs = 0; waitedMs < START_TIMEOUT_MS && isRunning(child); waitedMs += POLL_MS) {
    const address = ADDRESS.exec(readFileSync(logPath, 'utf8'))?.[1]
    if (address !== undefined) return `ws://${address}`
    await delay(POLL_MS)
  }
  throw new Error('no address')
}

async function end (child: ChildProcess): Promise<void> {
  if (!isRunning(child)) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

function isRunning ({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null
}
