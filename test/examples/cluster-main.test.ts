import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { connect, type TestClient } from '../client.ts'
import { getJson } from '../helper.ts'
import { CliProcess } from '../support/cli-process.ts'
import { projectRoot } from '../support/project-root.ts'
import { startFakeInstance } from './cluster-parts.ts'

const main = join(projectRoot, 'dist', 'examples', 'cluster', 'main.js')

t.test('the program runs a cluster to talk to, survives the death of an instance, and leaves nothing behind', async (t) => {
  const temporary = t.testdir()
  const program = spawnCluster(t, ['--port', '0', '--nodes', '2', '--balancer', 'own'], { TMPDIR: temporary })
  const address = await program.seen(/^balancer +(http:\S+) /m)
  const token = await program.seen(/^user token: (\S+)$/m)
  await program.seen(/^The same with wscat/m)
  const [ada, bob] = [connect(t, address, { token }), connect(t, address, { token })]

  t.not(await nodeOf(ada), await nodeOf(bob), 'each is on another instance')
  await ada.request({ type: 'join_room', room: 'general' })
  await bob.request({ type: 'join_room', room: 'general' })
  t.match(await ada.request({ type: 'send_message', room: 'general', payload: { content: 'hello' } }), { type: 'ack' })
  t.match(await bob.next('new_message'), { payload: { content: 'hello' } })

  const admin = await program.seen(/^admin token: (\S+)$/m)
  t.match(await getJson({ address }, '/ws/stats', { headers: { authorization: `Bearer ${admin}` } }), { status: 200 })

  process.kill(Number(await program.seen(/^instance 1 .*pid (\d+)/m)), 'SIGKILL')
  t.ok(await program.seen(/^instance 1 .* ended \(SIGKILL\); the rest goes on$/m))
  const cut = await Promise.race([ada, bob].map(async (client) => ({ client, closed: await client.closed })))
  t.equal(cut.closed.code, 1006)
  const back = connect(t, address, { token })
  t.ok(await nodeOf(back))

  const pids = [...program.stdout.matchAll(/\(pid (\d+)\)$/gm)].map(([, pid]) => Number(pid))
  t.equal(pids.length, 3)
  program.kill('SIGTERM')
  t.strictSame(await program.ended, { code: 0, signal: null })
  t.match(await back.closed, { code: 1012 }, 'the instance has said goodbye through the balancer')
  t.strictSame(pids.filter(isAlive), [])
  t.strictSame(readdirSync(temporary), [])
})

t.test('interrupted while it starts, or twice by one keystroke as npm does it, it ends in order', async (t) => {
  const temporary = t.testdir()
  const program = spawnCluster(t, ['--port', '0', '--nodes', '1'], { TMPDIR: temporary })
  await program.seen(/^starting/m)
  program.kill('SIGINT')
  program.kill('SIGINT')
  t.strictSame(await program.ended, { code: 0, signal: null })
  t.match(program.stdout, /^SIGINT: draining/m)
  t.strictSame(readdirSync(temporary), [])
})

t.test('a port that somebody has ends with exit code 1, and nothing is left', async (t) => {
  const temporary = t.testdir()
  const { address } = await startFakeInstance(t, 'a')
  for (const balancer of ['own', 'haproxy']) {
    const program = spawnCluster(t, ['--port', new URL(address).port, '--nodes', '1', '--balancer', balancer], { TMPDIR: temporary })
    t.match(await program.ended, { code: 1 })
    t.match(program.stderr, /address already in use 127\.0\.0\.1/)
    t.strictSame(readdirSync(temporary), [])
  }
})

t.test('a wrong flag ends with exit code 2 and is named', async (t) => {
  for (const args of [['--nodes', '0'], ['--nodes', '1e1'], ['--port', '65536'], ['--balancer', 'nginx'], ['--redis', 'secret'], ['--what']]) {
    const program = spawnCluster(t, args)
    t.match(await program.ended, { code: 2 })
    t.match(program.stderr, args[0] ?? '')
    t.notMatch(program.stderr, 'secret')
  }
})

t.test('--help explains the flags', async (t) => {
  const program = spawnCluster(t, ['--help'])
  t.match(await program.ended, { code: 0 })
  for (const flag of ['--nodes', '--port', '--balancer', '--redis']) t.match(program.stdout, flag)
})

function spawnCluster (t: Test, args: readonly string[], env: Record<string, string> = {}): CliProcess {
  const child = spawn(process.execPath, [main, ...args], { env: { PATH: process.env['PATH'], ...env } })
  const program = new CliProcess(child)
  t.teardown(() => {
    child.kill('SIGTERM')
    return program.ended
  })
  return program
}

/** The instance that a connection is on. */
async function nodeOf (client: TestClient): Promise<unknown> {
  return (await client.next('connected')).payload['node_id']
}

function isAlive (pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
