import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import type { Teardown } from '../helper.ts'
import { freePort } from './free-port.ts'
import { untilReady } from './until-ready.ts'

const READY = /Ready to accept connections|Sentinel ID is/
const PORT_TAKEN = /Address already in use/
const ATTEMPTS = 5
/** A test file that is killed before its teardowns takes its servers with it. */
const ENDING_WITH_PARENT = ['--pdeathsig', 'KILL']
const WITHOUT_PERSISTENCE = ['--save', '', '--appendonly', 'no']

/** How a Redis is started. */
export interface RedisOptions {
  /** Arguments of the program, after those that turn persistence off. */
  readonly args?: readonly string[]
  /** Folder that stays after the test; without it, a temporary one. */
  readonly dir?: string
  /** Without it, any free one. */
  readonly port?: number
  /** Text of a configuration file, which the program may rewrite (a Sentinel does). */
  readonly config?: string
}

/** Where and how the program runs; the same for all its lives. */
interface Place {
  readonly port: number
  readonly dir: string
  readonly configFile: string | undefined
}

/** A real Redis, as a process whose fate a test decides. Port and folder outlive its restarts. */
export class RedisServer {
  readonly port: number
  readonly dir: string
  /** `redis://127.0.0.1:port` */
  readonly url: string
  readonly #place: Place
  #args: readonly string[]
  #child: ChildProcess

  constructor (place: Place, args: readonly string[], child: ChildProcess) {
    this.port = place.port
    this.dir = place.dir
    this.url = `redis://127.0.0.1:${place.port}`
    this.#place = place
    this.#args = args
    this.#child = child
  }

  /** Of the process that runs, or ran last. */
  get pid (): number {
    return this.#child.pid ?? 0
  }

  /** Stops the process where it is: connections stay, nothing is answered until {@link thaw}. */
  freeze (): void {
    this.#child.kill('SIGSTOP')
  }

  thaw (): void {
    this.#child.kill('SIGCONT')
  }

  /** Ends the process at once, as a crash does, frozen or not; waits until it is gone. */
  async kill (): Promise<void> {
    this.#child.kill('SIGKILL')
    await ended(this.#child)
  }

  /** Ends the process as an administrator does; a master waits for replicas that are behind, up to 10 s. */
  async stop (): Promise<void> {
    this.#child.kill('SIGTERM')
    this.thaw()
    await ended(this.#child)
  }

  /**
   * Starts the program again (after {@link stop}, if it runs) on the same port and in the same folder.
   * @param options.args arguments from now on, in place of those before
   * @throws {Error} when it does not come up; the message has its log
   */
  async restart ({ args = this.#args }: Pick<RedisOptions, 'args'> = {}): Promise<void> {
    await this.stop()
    this.#args = args
    this.#child = await launch(this.#place, args)
  }

  /**
   * Runs a command over a connection of its own; waits as long as the server is frozen.
   * @returns the reply in the shapes of RESP2
   * @throws {Error} when there is no connection, or the reply is an error
   */
  async command (name: string, ...args: readonly string[]): Promise<unknown> {
    const client = new Redis({ host: '127.0.0.1', port: this.port, lazyConnect: true, enableReadyCheck: false, retryStrategy: () => null })
    // What goes wrong is told by the call that failed.
    client.on('error', () => {})
    try {
      await client.connect()
      return await client.call(name, ...args)
    } finally {
      client.disconnect()
    }
  }
}

/**
 * Starts a Redis on 127.0.0.1, without persistence unless the arguments say otherwise; ends it with the test.
 * @throws {Error} when it does not come up; the message has its log
 */
export async function startRedis (t: Teardown, { args = [], dir, port, config }: RedisOptions = {}): Promise<RedisServer> {
  const folder = dir ?? await temporaryFolder(t)
  const configFile = config === undefined ? undefined : join(folder, 'redis.conf')
  if (configFile !== undefined) await writeFile(configFile, `${config}`)
  const start = async (port: number) => {
    const place = { port, dir: folder, configFile }
    return new RedisServer(place, args, await launch(place, args))
  }
  const server = await (port === undefined ? startOnFreePort(start) : start(port))
  t.teardown(() => server.kill())
  return server
}

/** Tries other ports as long as another process was quicker in taking one. */
async function startOnFreePort (start: (port: number) => Promise<RedisServer>): Promise<RedisServer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(await freePort())
    } catch (error) {
      if (attempt === ATTEMPTS || !PORT_TAKEN.test(String(error))) throw error
    }
  }
}

async function temporaryFolder (t: Teardown): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'wshub-redis-'))
  t.teardown(() => rm(dir, { recursive: true, force: true }))
  return dir
}

/** Starts the program and waits until it accepts connections. */
async function launch ({ port, dir, configFile }: Place, args: readonly string[]): Promise<ChildProcess> {
  const program = ['redis-server', ...configFile === undefined ? [] : [configFile]]
  const place = ['--bind', '127.0.0.1', '--port', String(port), '--dir', dir]
  const child = spawn('setpriv', [...ENDING_WITH_PARENT, ...program, ...place, ...WITHOUT_PERSISTENCE, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  await untilReady(child, 'redis-server', READY)
  return child
}

async function ended (child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}
