import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import WebSocket from 'ws'
import * as errors from '../../client/errors.ts'
import { withDefaults } from '../../client/options.ts'
import { projectRoot } from '../support/project-root.ts'

const readme = await readFile(join(projectRoot, 'README.md'), 'utf8')
const section = readme.slice(readme.indexOf('## The client SDK'), readme.indexOf('## As plugins'))
const rows = section.split('\n').filter((line) => line.startsWith('| `')).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()))

t.test('the README names the options of the SDK with their defaults', async (t) => {
  const { firstMs, mostMs, queue, WebSocket: given, token, ticket, ...others } = withDefaults({ WebSocket })
  t.strictSame([given, token, ticket], [WebSocket, undefined, undefined])
  const documented = Object.fromEntries(rows.filter(([name = '']) => /^`[a-z]/.test(name)).flatMap(([names = '', defaults = '']) => {
    const values = defaults.split(', ')
    return [...names.matchAll(/`([^`]+)`/g)].map(([, name], index) => [name, values[index]])
  }))
  const expected = {
    ...others,
    'backOff.firstMs': firstMs,
    'backOff.mostMs': mostMs,
    ...Object.fromEntries(Object.entries(queue).map(([name, value]) => [`queue.${name}`, value]))
  }
  const { token: _token, ticket: _ticket, WebSocket: _class, signal: _signal, ...numbers } = documented
  t.strictSame(numbers, Object.fromEntries(Object.entries(expected).map(([name, value]) => [name, String(value)])))
})

t.test('the README names the errors of the SDK with their codes', async (t) => {
  const documented = new Map(rows.filter(([name = '']) => /^`[A-Z]\w+Error`/.test(name)).map(([name = '', code = '']) => [name.replaceAll('`', ''), code.replaceAll('`', '')]))
  const made = [
    new errors.TimeoutError('x', 1, true), new errors.QueueFullError('x'), new errors.TooLargeError(2, 1), new errors.LostError('x'), new errors.ClosedError(1000, 'x')
  ]
  for (const { name, code } of made) t.equal(documented.get(name), code)
  t.strictSame([...documented.keys(), 'HubError'].sort(), Object.keys(errors).sort())
})
