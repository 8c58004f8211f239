import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { jetstream, jetstreamManager, type ConsumerInfo, type JetStreamManager } from '@nats-io/jetstream'
import { connect, headers, type NatsConnection } from '@nats-io/transport-node'
import type { Teardown } from '../helper.ts'
import { freePort } from './free-port.ts'
import { untilReady } from './until-ready.ts'

const READY = /Server is ready/
const PORT_TAKEN = /address already in use/i
const ATTEMPTS = 5
/** A test file that is killed before its teardowns takes its servers with it. */
const ENDING_WITH_PARENT = ['--pdeathsig', 'KILL']
/** Debian puts the program where only administrators look. */
const PATH = [process.env['PATH'] ?? '', '/usr/local/sbin', '/usr/sbin'].join(delimiter)

/** How a server is started. */
export interface NatsOptions {
  /** Further arguments of the program. */
  readonly args?: readonly string[]
  /** Text of a configuration file. */
  readonly config?: string
  /** How tests log in, as the beginning of an address: `user:password@`. */
  readonly login?: string
}

/** A message as tests publish it. */
export interface NatsEvent {
  readonly subject: string
  /** As JSON, unless it is a text. */
  readonly body: unknown
  /** `Nats-Msg-Id` */
  readonly id?: string
}

/** Where and how the program runs; the same for all its lives. */
interface Place {
  readonly port: number
  readonly dir: string
  readonly options: NatsOptions
}

/** A real NATS server with JetStream, as a process whose fate a test decides. Port and folder outlive its restarts. */
export class NatsServer {
  readonly port: number
  /** `nats://127.0.0.1:port` */
  readonly url: string
  readonly #place: Place
  #child: ChildProcess

  constructor (place: Place, child: ChildProcess) {
    this.port = place.port
    this.url = `nats://${place.options.login ?? ''}127.0.0.1:${place.port}`
    this.#place = place
    this.#child = child
  }

  /** Ends the process at once, as a crash does; waits until it is gone. */
  async kill (): Promise<void> {
    this.#child.kill('SIGKILL')
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit')
  }

  /** Starts the program again (after {@link kill}, if it runs) on the same port and with what it has stored. */
  async restart (): Promise<void> {
    await this.kill()
    this.#child = await launch(this.#place)
  }

  /** Does something over a connection of its own. */
  async use<T> (step: (connection: NatsConnection) => Promise<T>): Promise<T> {
    const [user = '', pass = ''] = (this.#place.options.login ?? '').replace('@', '').split(':')
    const connection = await connect({ servers: `127.0.0.1:${this.port}`, ...(user !== '' && { user, pass }) })
    try {
      return await step(connection)
    } finally {
      await connection.close()
    }
  }

  /** Does something with streams and consumers. */
  async manage<T> (step: (manager: JetStreamManager) => Promise<T>): Promise<T> {
    return await this.use(async (connection) => await step(await jetstreamManager(connection)))
  }

  /** Publishes in order; resolves when the stream has them all. */
  async publish (...events: readonly NatsEvent[]): Promise<void> {
    await this.use(async (connection) => {
      const stream = jetstream(connection)
      await Promise.all(events.map(({ subject, body, id }) => {
        const bag = headers()
        if (id !== undefined) bag.set('Nats-Msg-Id', id)
        return stream.publish(subject, typeof body === 'string' ? body : JSON.stringify(body), { headers: bag })
      }))
    })
  }

  /** How a consumer fares; undefined when there is none. */
  async consumer (stream = 'EVENTS', name = 'wshub'): Promise<ConsumerInfo | undefined> {
    return await this.manage((manager) => manager.consumers.info(stream, name)).catch(() => undefined)
  }

  /** True when a consumer has been handed everything and has given its verdict on it. */
  async isSettled (stream = 'EVENTS', name = 'wshub'): Promise<boolean> {
    const info = await this.consumer(stream, name)
    return info !== undefined && info.num_pending === 0 && info.num_ack_pending === 0
  }
}

/**
 * Starts a NATS server with JetStream on 127.0.0.1 and a folder of its own; ends it with the test.
 * @throws {Error} when it does not come up; the message has its log
 */
export async function startNats (t: Teardown, options: NatsOptions = {}): Promise<NatsServer> {
  const dir = await mkdtemp(join(tmpdir(), 'wshub-nats-'))
  t.teardown(() => rm(dir, { recursive: true, force: true }))
  const server = await startOnFreePort({ dir, options })
  t.teardown(() => server.kill())
  return server
}

/** Tries other ports as long as another process was quicker in taking one. */
async function startOnFreePort (place: Omit<Place, 'port'>): Promise<NatsServer> {
  for (let attempt = 1; ; attempt += 1) {
    const settled = { ...place, port: await freePort() }
    try {
      return new NatsServer(settled, await launch(settled))
    } catch (error) {
      if (attempt === ATTEMPTS || !PORT_TAKEN.test(String(error))) throw error
    }
  }
}

/** Starts the program and waits until it accepts connections. */
async function launch ({ port, dir, options: { args = [], config } }: Place): Promise<ChildProcess> {
  const configFile = join(dir, 'nats.conf')
  if (config !== undefined) await writeFile(configFile, config)
  const place = ['--addr', '127.0.0.1', '--port', String(port), '--jetstream', '--store_dir', dir, ...config === undefined ? [] : ['--config', configFile]]
  const child = spawn('setpriv', [...ENDING_WITH_PARENT, 'nats-server', ...place, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, PATH } })
  await untilReady(child, 'nats-server', READY)
  return child
}
