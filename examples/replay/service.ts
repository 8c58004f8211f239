import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { endWithUs, stopChild } from './child-process.ts'
import { projectRoot } from './project-root.ts'

const START_TIMEOUT_MS = 20_000
const STOP_TIMEOUT_MS = 12_000

/** The service's program, as it is built. */
export const servicePath = join(projectRoot, 'dist', 'src', 'cli.js')

/** Settings for a replay: everybody comes from one address, and speaks as fast as it goes. */
export const WITHOUT_RATES = { WS_MESSAGE_RATE: '0', WS_HANDSHAKE_RATE: '0' } as const

/** A running service and how to end it. */
export interface Service {
  /** `http://127.0.0.1:PORT` */
  readonly address: string
  readonly process: ChildProcess
  stop: () => Promise<void>
}

/** Starts the service as a process of its own on a free port, without rate limits, and waits until it listens. */
export async function startService (secret: string): Promise<Service> {
  return await launchService({ JWT_SECRET: secret, ...WITHOUT_RATES })
}

/**
 * Starts the service with these settings as a process of its own, on a free port unless they name one, and waits until it listens.
 * @param options.ownGroup keeps away from it the signals that a terminal sends to all processes of its foreground
 * @throws {Error} when it ends before that; it says why on standard error
 */
export async function launchService (settings: NodeJS.ProcessEnv, { ownGroup = false } = {}): Promise<Service> {
  const child = spawn(process.execPath, [servicePath, 'start'], {
    env: serviceEnv(settings),
    // No terminal: Node crashes at its exit when that is gone by then.
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: ownGroup
  })
  endWithUs(child)
  child.stderr.on('data', (chunk: Buffer) => process.stderr.write(chunk))
  const timer = setTimeout(() => child.kill('SIGKILL'), START_TIMEOUT_MS)
  try {
    return { address: await readAddress(child.stdout), process: child, stop: () => stopChild(child, STOP_TIMEOUT_MS) }
  } finally {
    clearTimeout(timer)
  }
}

/** Settings of the shell are not handed on: a replay is the same everywhere. */
function serviceEnv (settings: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'warn', ...settings }
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
