import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { endWithUs, isRunning, stopChild } from '../replay/child-process.ts'
import { projectRoot } from '../replay/project-root.ts'
import type { Balancer, BalancerOptions } from './balancer.ts'
import { findProgram } from './find-program.ts'
import { startOnFreePort } from './free-port.ts'
import { haproxyConfig } from './haproxy-config.ts'

const TEMPLATE = join(projectRoot, 'deploy', 'haproxy.cfg')
const POLL_MS = 20
const STOP_TIMEOUT_MS = 2_000
const MISSING = 'haproxy is not installed. On Debian and Ubuntu: sudo apt-get install haproxy; or do without: --balancer own'

/**
 * Balances by HAProxy, with the configuration of an installation.
 * @throws {Error} when it is not installed, with what to do, or does not come up, with what it says
 */
export async function startHaproxy ({ port, targets }: BalancerOptions): Promise<Balancer> {
  const program = findProgram('haproxy')
  if (program === undefined) throw new Error(MISSING)
  const template = await readFile(TEMPLATE, 'utf8')
  const start = (port: number) => launch(program, port, haproxyConfig(template, { port, targets }))
  return await (port === 0 ? startOnFreePort(start) : start(port))
}

async function launch (program: string, port: number, config: string): Promise<Balancer> {
  await checkFree(port)
  const folder = await mkdtemp(join(tmpdir(), 'wshub-cluster-haproxy-'))
  const clean = () => rm(folder, { recursive: true, force: true })
  try {
    const file = join(folder, 'haproxy.cfg')
    await writeFile(file, config)
    const child = spawn(program, ['-db', '-f', file], { stdio: ['ignore', 'ignore', 'pipe'], detached: true })
    endWithUs(child)
    await untilListening(child, port)
    const close = () => { child.kill('SIGUSR1') }
    const stop = async () => {
      await stopChild(child, STOP_TIMEOUT_MS)
      await clean()
    }
    return { kind: 'haproxy', address: `http://127.0.0.1:${port}`, process: child, close, stop }
  } catch (error) {
    await clean()
    throw error
  }
}

/** It says nothing when it is up, so its port is tried. */
async function untilListening (child: ChildProcess, port: number): Promise<void> {
  let output = ''
  child.stderr?.on('data', (chunk) => { output += String(chunk) })
  await once(child, 'spawn')
  while (!await accepts(port)) {
    if (!isRunning(child)) throw new Error(`haproxy ended:\n${output}`)
    await delay(POLL_MS)
  }
  child.stderr?.removeAllListeners('data').resume()
}

/** Throws when somebody listens there; HAProxy might share the port, and take half of the connections. */
async function checkFree (port: number): Promise<void> {
  const server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  server.close()
  await once(server, 'close')
}

async function accepts (port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
