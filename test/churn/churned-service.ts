import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { SECRET, tokenFor, type Teardown } from '../helper.ts'
import { cliPath } from '../support/cli-process.ts'
import { startRedis, type RedisServer } from '../support/redis-server.ts'
import { askJson } from './ask-json.ts'
import type { ChurnOptions } from './options.ts'
import { QUESTION, type Holdings } from './probe.ts'

const probeUrl = new URL('./probe.js', import.meta.url).href
const DAY_S = 86_400

/** What a service and its Redis have at a moment. */
export interface Snapshot extends Holdings {
  readonly connections: number
  readonly rooms: number
  readonly descriptors: number
  /** Number of keys by kind: the part of their names that says what they are about. */
  readonly keys: ReadonlyMap<string, number>
  /** Channels that somebody listens to. */
  readonly channels: number
  readonly patterns: number
}

/** The program as a process of its own, with a Redis of its own, and all that can be seen of both. */
export class ChurnedService {
  /** `http://127.0.0.1:port` */
  readonly address: string
  /** Time between its pings. */
  readonly pingMs: number
  readonly #child: ChildProcess
  readonly #redis: RedisServer
  readonly #token: string
  #fate: string | undefined

  constructor (address: string, parts: { child: ChildProcess, redis: RedisServer, token: string, pingMs: number }) {
    this.address = address
    this.pingMs = parts.pingMs
    this.#child = parts.child
    this.#redis = parts.redis
    this.#token = parts.token
    this.#child.once('exit', (code, signal) => { this.#fate = signal ?? `exit code ${code}` })
  }

  get pid (): number {
    return this.#child.pid ?? 0
  }

  get redisPid (): number {
    return this.#redis.pid
  }

  /** How it ended, if it has. */
  get fate (): string | undefined {
    return this.#fate
  }

  /** How many connections and rooms it knows of. */
  async counts (): Promise<Pick<Snapshot, 'connections' | 'rooms'>> {
    const stats = await askJson(`${this.address}/ws/stats?scope=node`, { token: this.#token })
    return { connections: Number(stats['total_clients']), rooms: Number(stats['total_rooms']) }
  }

  /** Number of all keys in Redis. */
  async keyCount (): Promise<number> {
    return Number(await this.#redis.command('DBSIZE'))
  }

  /** To be taken when nothing is underway. */
  async snapshot (): Promise<Snapshot> {
    const channels = await this.#list('PUBSUB', 'CHANNELS')
    return {
      ...await this.counts(),
      keys: countKinds(await this.#list('KEYS', '*')),
      channels: channels.length,
      patterns: Number(await this.#redis.command('PUBSUB', 'NUMPAT')),
      ...await this.#holdings(),
      descriptors: (await readdir(`/proc/${this.pid}/fd`)).length
    }
  }

  async #holdings (): Promise<Holdings> {
    const answered = once(this.#child, 'message')
    this.#child.send(QUESTION)
    const [answer] = await answered
    return answer
  }

  async #list (name: string, ...args: string[]): Promise<string[]> {
    const reply = await this.#redis.command(name, ...args)
    return Array.isArray(reply) ? reply.map(String) : []
  }
}

/** How long a {@link ChurnedService} keeps what nobody uses. */
export type Keeping = Pick<ChurnOptions, 'keepS' | 'pingMs'>

/** Starts Redis and service with short times and without limits of rate; both end with the test. */
export async function startChurnedService (t: Teardown, { keepS, pingMs }: Keeping): Promise<ChurnedService> {
  const redis = await startRedis(t)
  const token = await tokenFor({ sub: 'watcher', role: 'admin', exp: Math.floor(Date.now() / 1_000) + DAY_S })
  const child = spawn(process.execPath, ['--expose-gc', '--import', probeUrl, cliPath, 'start'], {
    env: {
      HOST: '127.0.0.1',
      PORT: '0',
      NODE_ENV: 'production',
      LOG_LEVEL: 'fatal',
      JWT_SECRET: SECRET,
      REDIS_URL: redis.url,
      WS_HANDSHAKE_RATE: '0',
      WS_REST_RATE: '0',
      WS_PING_PERIOD: `${pingMs}ms`,
      WS_PONG_WAIT: `${2 * pingMs}ms`,
      WS_HISTORY_TTL: `${Math.ceil(keepS / 2)}s`,
      WS_POSITION_TTL: `${keepS}s`,
      WS_PRESENCE_GRACE: '500ms'
    },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc']
  })
  t.teardown(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
  return new ChurnedService(await addressOf(child), { child, redis, token, pingMs })
}

/** Hands on to standard error whatever else it says: at this level of the log that is nothing that should be. */
async function addressOf ({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error('expected its output')
  return await new Promise((resolve, reject) => {
    const lines = createInterface({ input: stdout })
    lines.on('line', (line) => {
      const address = /^listening on (http:\S+)$/.exec(line)?.[1]
      if (address === undefined) process.stderr.write(`${line}\n`)
      else resolve(address)
    })
    lines.once('close', () => reject(new Error('the service ended before it listened')))
  })
}

/** `hub:{0}:m:room:x` is an `m`, `hub:{0}:ps` a `ps`. */
function countKinds (names: readonly string[]): Map<string, number> {
  const kinds = new Map<string, number>()
  for (const name of [...names].sort()) {
    const kind = name.split(':')[2] ?? name
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
  }
  return kinds
}
