import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { projectRoot } from './project-root.ts'

const START_TIMEOUT_MS = 20_000
const STOP_TIMEOUT_MS = 12_000

/** A running service and how to end it. */
export interface Service {
  /** `http://127.0.0.1:PORT` */
  readonly address: string
  stop: () => Promise<void>
}

/** Starts the service as a process of its own on a free port, without rate limits, and waits until it listens. */
export async function startService (secret: string): Promise<Service> {
  const child = spawn(process.execPath, [join(projectRoot, 'dist', 'src', 'cli.js'), 'start'], {
    env: serviceEnv(secret),
    stdio: ['ignore', 'pipe', 'inherit']
  })
  process.once('exit', () => child.kill())
  const timer = setTimeout(() => child.kill('SIGKILL'), START_TIMEOUT_MS)
  try {
    return { address: await readAddress(child.stdout), stop: () => stop(child) }
  } finally {
    clearTimeout(timer)
  }
}

/** Settings of the shell are not handed on: a replay is the same everywhere. */
function serviceEnv (secret: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOST: '127.0.0.1',
    PORT: '0',
    LOG_LEVEL: 'warn',
    JWT_SECRET: secret,
    WS_MESSAGE_RATE: '0',
    WS_HANDSHAKE_RATE: '0'
  }
}

async function readAddress (output: Readable): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const address = /listening on (http:\/\/[\w.:[\]-]+)/.exec(line)?.[1]
    if (address === undefined) continue
    // Unread output would fill the pipe and block the service one day.
    output.resume()
    return address
  }
  throw new Error('the service ended before it was listening')
}

async function stop (child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
  await exited
  clearTimeout(timer)
}
