import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { projectRoot } from '../../examples/replay/project-root.ts'

const main = join(projectRoot, 'dist', 'examples', 'replay', 'main.js')
const run = promisify(execFile)

const excerpt = [
  '[09:03] <MKR> You\'ll need to do it from a livecd',
  '=== jx [n=jx@75-104-149-78.example]  has joined #ubuntu',
  '=== [B] olinho [n=bolinho@201.67.184.74]  has joined #ubuntu',
  '[09:03] <brunner> \uFEFFis the AMD64 branch \t considered unstable? ',
  '[09:04]  * un{i}|^ sits and listens',
  '=== un{i}|^ is now known as un[i]`',
  '[09:04] <un[i]`> \u0008/join ##programming äöü 日本 😀',
  '=== jx [n=jx@75-104-149-78.example]  has left #ubuntu ["Ex-Chat"]',
  '[09:05] <MKR> ',
  '=== jx [n=jx@75-104-149-78.example]  has joined #ubuntu',
  '[09:05] <jx> back',
  ''
].join('\n')

const perfectTable = {
  users: '5',
  messages: '6',
  'deliveries expected': '21',
  'deliveries received': '21',
  lost: '0',
  doubled: '0',
  reordered: '0',
  'byte-identical': '21'
}

t.test('the demo replays a day through the started service, and everybody receives everything', async (t) => {
  const directory = t.testdir({ 'excerpt.txt': excerpt })
  const { stdout } = await run(process.execPath, [main, '--file', join(directory, 'excerpt.txt')])
  t.strictSame(readTable(stdout), perfectTable)
})

t.test('with several nodes the same day goes as well, and each of them knows who is there', async (t) => {
  const directory = t.testdir({ 'excerpt.txt': excerpt })
  const { stdout } = await run(process.execPath, [main, '--nodes', '2', '--file', join(directory, 'excerpt.txt')])
  t.strictSame(readTable(stdout), { ...perfectTable, nodes: '2', 'presence checked': '4', 'presence wrong': '0' })
})

t.test('a number of nodes that cannot be ends with exit code 2, as do nodes of a running service', async (t) => {
  await t.rejects(run(process.execPath, [main, '--nodes', '0']), { code: 2, stderr: /--nodes: expected a number/ })
  const args = [main, '--nodes', '2', '--url', 'http://127.0.0.1:1', '--secret', 's'.repeat(32)]
  await t.rejects(run(process.execPath, args), { code: 2, stderr: /--nodes is for own services/ })
})

t.test('a file that is not there ends with exit code 2 and names it', async (t) => {
  await t.rejects(run(process.execPath, [main, '--file', 'no-such.txt']), { code: 2, stderr: /no-such\.txt/ })
})

t.test('a file without messages ends with exit code 2 and names it', async (t) => {
  const directory = t.testdir({ 'shopping.txt': 'milk\nbread\n' })
  const args = [main, '--file', join(directory, 'shopping.txt')]
  await t.rejects(run(process.execPath, args), { code: 2, stderr: /shopping\.txt: no messages/ })
})

t.test('a service that cannot be reached ends with exit code 1', async (t) => {
  const directory = t.testdir({ 'excerpt.txt': excerpt })
  const args = [main, '--file', join(directory, 'excerpt.txt'), '--url', 'http://127.0.0.1:1', '--secret', 's'.repeat(32)]
  await t.rejects(run(process.execPath, args), { code: 1, stdout: /FAILED\n {2}stopped: line 1, .*ECONNREFUSED/ })
})

/** The table's rows but the time, which differs each time. */
function readTable (stdout: string): Record<string, string> {
  const rows = [...stdout.matchAll(/^ {2}(\S+(?: \S+)?) {2,}([\d,]+)$/gm)]
  return Object.fromEntries(rows.map(([, label, value]) => [label, value]))
}
