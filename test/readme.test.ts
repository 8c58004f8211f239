import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { settingsMarkdown } from '../config/help.ts'
import { closeCodes } from '../src/protocol/close-codes.ts'
import { dialects } from '../src/protocol/dialects/index.ts'
import { errorCodes } from '../src/protocol/error-codes.ts'
import { Notifier } from '../src/hub/notifier.ts'
import { isReservedType } from '../src/protocol/reserved-types.ts'
import { connectAs, getJson, startService } from './helper.ts'
import { projectRoot } from './support/project-root.ts'
import { readme, tablesUnder } from './support/readme-tables.ts'

/** The rows of the table under a heading, as lists of cells. */
function tableUnder (heading: string): string[][] {
  return tablesUnder(heading)[0]?.slice(1) ?? []
}

t.test('the settings table is the one that the schema gives', async (t) => {
  const [, table = ''] = /<!-- settings -->\n([^]*)<!-- \/settings -->/.exec(readme) ?? []
  t.equal(table, settingsMarkdown(), 'write it anew with: npm run readme')
})

t.test('the table of error codes is the one of the code', async (t) => {
  const expected = Object.entries(errorCodes).map(([code, { severity, meaning }]) => [code, severity, meaning])
  t.same(tableUnder('Error codes'), expected)
})

t.test('the table of close codes is the one of the code', async (t) => {
  const expected = Object.values(closeCodes).map(({ code, reason, reconnect }) => [String(code), reason, reconnect])
  t.same(tableUnder('Close codes'), expected)
})

t.test('every request of the table is known to the service, and the table has them all', async (t) => {
  const service = await startService(t)
  const client = await connectAs(t, service, 'ada')
  const documented = tableUnder('Requests').map(([type]) => type ?? '')
  for (const type of documented) {
    client.send({ type, id: type, room: 'general', payload: { content: 'x' } })
  }
  const frames = await client.drain()
  t.notOk(frames.some(({ payload }) => payload?.['code'] === 'UNKNOWN_TYPE'))
  t.same([...service.app.hub.commands.types()].sort(), documented.sort())
})

t.test('every message of the server in the table has a name that an application cannot take', async (t) => {
  const types = tableUnder('What the server sends').map(([type]) => type ?? '')
  t.ok(types.length > 10)
  t.same(types.filter((type) => !isReservedType(type)), [])
})

t.test('the table of dialects has them all', async (t) => {
  t.same(tableUnder('Dialects').map(([name]) => name), [...dialects.keys()])
})

t.test('every notice of the table can be called', async (t) => {
  const calls = [...readme.matchAll(/^\| `notify\.(\w+)\(/gm)].map(([, name]) => name ?? '')
  t.same(calls, Object.getOwnPropertyNames(Notifier.prototype).filter((name) => name !== 'constructor'))
})

t.test('the table of routes is the one of the OpenAPI document', async (t) => {
  const { body } = await getJson(await startService(t), '/docs/json')
  const documented = tableUnder('HTTP routes').map(([route]) => route)
  const served = Object.entries(body['paths'] ?? {}).flatMap(([path, operations]) => (
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`)
  ))
  t.same(served.sort(), documented.sort())
})

t.test('every file and section that it links to is there', async (t) => {
  const targets = [...readme.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target).filter((target) => !/^[a-z]+:/.test(target))
  const sections = new Set([...readme.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => `#${title.toLowerCase().replaceAll(' ', '-')}`))
  t.ok(targets.length > 0)
  t.same(targets.filter((target) => target.startsWith('#') ? !sections.has(target) : !existsSync(join(projectRoot, target.replace(/#.*/, '')))), [])
})
