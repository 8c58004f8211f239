import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import t from 'tap'
import type { Teardown } from '../helper.ts'

const MODULE = new URL('../../config/log-destination.js', import.meta.url).href

/** Runs a program that has `log`, and ends it with the test. */
function run (t: Teardown, program: string, env: Record<string, string> = {}) {
  const code = `import { logDestination } from '${MODULE}'\nconst log = logDestination()\n${program}`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, ...env } })
  t.teardown(() => child.kill('SIGKILL'))
  return child
}

t.test('lines appear while the process goes on, in order', async (t) => {
  const child = run(t, "log.write('one\\n'); log.write('two\\n'); setTimeout(() => log.write('three\\n'), 50); setInterval(() => {}, 1_000)")
  let seen = ''
  for await (const chunk of child.stdout) {
    seen += String(chunk)
    if (seen.endsWith('three\n')) break
  }
  t.equal(seen, 'one\ntwo\nthree\n')
})

t.test('lines that come while others are being written appear, too, whatever takes the time of the disk', async (t) => {
  const program = `
    import { pbkdf2 } from 'node:crypto'
    pbkdf2('', '', 500_000, 64, 'sha512', () => {})
    log.write('žluť\\n')
    setTimeout(() => log.write('two\\n'), 100)
    setInterval(() => {}, 1_000)`
  const child = run(t, program, { UV_THREADPOOL_SIZE: '1' })
  let seen = ''
  for await (const chunk of child.stdout) {
    seen += String(chunk)
    if (seen.endsWith('two\n')) break
  }
  t.equal(seen, 'žluť\ntwo\n')
})

for (const [how, end] of Object.entries({
  'has nothing left to do': '',
  exits: 'process.exit(3)',
  'dies of an error that nobody caught': "throw new Error('broken')",
  'dies of a rejection that nobody caught': "await Promise.reject(new Error('broken'))"
})) {
  t.test(`the last lines of a process that ${how} are not lost`, async (t) => {
    const child = run(t, `setImmediate(async () => { log.write('first\\n'); log.write('last\\n'); ${end} })`)
    t.equal(await text(child.stdout), 'first\nlast\n')
  })
}

t.test('a process whose lines nobody reads any more ends all the same', async (t) => {
  const child = run(t, "process.once('SIGUSR2', () => { log.write('unread\\n'); process.exit(3) }); log.write('up\\n'); setInterval(() => {}, 1_000)")
  await once(child.stdout, 'data')
  const closed = once(child.stdout, 'close')
  child.stdout.destroy()
  await closed
  child.kill('SIGUSR2')
  t.same(await once(child, 'exit'), [3, null])
})

t.test('lines that are many are all written, in order', async (t) => {
  const child = run(t, "for (let line = 0; line < 20_000; line++) log.write(String(line).padStart(99) + '\\n')")
  const lines = (await text(child.stdout)).split('\n')
  t.equal(lines.pop(), '')
  t.equal(lines.length, 20_000)
  t.ok(lines.every((line, index) => line.length === 99 && Number(line) === index))
})
