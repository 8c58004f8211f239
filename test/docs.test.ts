import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { listSettings } from '../config/env-schema.ts'
import { commands, isCommandName } from '../src/cli/commands.ts'
import { closeCodes } from '../src/protocol/close-codes.ts'
import { errorCodes } from '../src/protocol/error-codes.ts'
import { getJson, startService } from './helper.ts'
import { projectRoot } from './support/project-root.ts'
import { typesIn } from './metrics/parse-metrics.ts'
import { mentionsIn } from './tools/docs/mentions.ts'
import { deadLinks, readPage, readPages, sectionOf } from './tools/docs/pages.ts'

/** Variables of the reader's own shell, of Node and of other programs. */
const OWN_VARIABLES = ['WSHUB_TOKEN', 'ADMIN_TOKEN', 'HUB_URL', 'NODE_OPTIONS']
/** Codes that only the WebSocket layer closes with, or that mean that nobody did. */
const LAYER_CODES = [1001, 1002, 1005, 1006, 1007, 1009]

const pages = [readPage('SECURITY.md'), ...readPages()]
const troubleshooting = readPage('docs/troubleshooting.md')
const deployment = readPage('docs/deployment.md')
const choices = readPage('docs/choices.md')

/** The words that a text lacks. */
function lacking (text: string, words: readonly string[]): string[] {
  return words.filter((word) => !text.includes(word))
}

t.test('the pages are there, and every link of theirs leads somewhere', async (t) => {
  t.same(pages.map(({ path }) => path), ['SECURITY.md', 'docs/choices.md', 'docs/deployment.md', 'docs/troubleshooting.md', 'docs/usage.md'])
  for (const page of pages) t.same(deadLinks(page), [], page.path)
  const readme = readPage('README.md')
  for (const { path } of pages) t.ok(readme.text.includes(`](${path})`), `README.md links to ${path}`)
})

t.test('every setting and code that a page names exists', async (t) => {
  const known = new Set([...listSettings().flatMap(({ env, aliases }) => [env, ...aliases]), ...Object.keys(errorCodes), ...OWN_VARIABLES])
  const codes = new Set([...Object.values(closeCodes).map(({ code }): number => code), ...LAYER_CODES])
  for (const { path, text } of pages) {
    const { capitals, closeCodes } = mentionsIn(text)
    t.same(capitals.filter((name) => !known.has(name)), [], path)
    t.same(closeCodes.filter((code) => !codes.has(code)), [], path)
  }
})

t.test('every route and metric that a page names is served', async (t) => {
  const service = await startService(t)
  const { body } = await getJson(service, '/docs/json')
  const served = Object.entries(body['paths'] ?? {}).flatMap(([path, operations]) => Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`))
  const metrics = new Set(typesIn(await service.app.metrics.text()).map(([name]) => name))
  for (const { path, text } of pages) {
    const { routes, paths, metrics: named } = mentionsIn(text)
    t.same(routes.filter((route) => !served.includes(route)), [], path)
    t.same(paths.filter((address) => !served.some((route) => isAt(route.split(' ')[1] ?? '', address))), [], path)
    t.same(named.filter((name) => !metrics.has(name)), [], path)
  }
})

t.test('every script, command and flag that a page names exists', async (t) => {
  const { scripts } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'))
  for (const { path, text } of pages) {
    const mentioned = mentionsIn(text)
    t.same(mentioned.scripts.filter((name) => !Object.hasOwn(scripts, name)), [], path)
    for (const { name, flags } of mentioned.commands) {
      if (!isCommandName(name)) t.fail(`${path}: wshub ${name}`)
      else t.same(lacking((await commands[name].load()).command.usage, flags), [], `${path}: wshub ${name}`)
    }
  }
})

t.test('every line of the log that a page names is written somewhere', async (t) => {
  const sources = ['src', 'plugins', 'routes'].map(sourcesUnder).join('\n')
  for (const { path, text } of pages) t.same(lacking(sources, mentionsIn(text).logTexts), [], path)
})

/** All code under a folder. */
function sourcesUnder (folder: string): string {
  const files = readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
  return files.map((name) => readFileSync(join(projectRoot, folder, name), 'utf8')).join('\n')
}

/** True when an address fits a route with places for names, as `/ws/rooms/{room}`. */
function isAt (route: string, address: string): boolean {
  return new RegExp(`^${route.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(address)
}

t.test('a connection that closes at once: token, origin, errors of the upgrade, pongs (S0-134)', async (t) => {
  const section = sectionOf(troubleshooting, 'No connection, or closed at once')
  t.same(lacking(section, ['expired', 'JWT_SECRET', 'WS_ALLOWED_ORIGINS', '«ws upgrade failed»', '«ws auth failed»', 'pings', 'WS_PONG_WAIT']), [])
})

t.test('messages that do not come: joined, buffer, type, and whether the hub carries them (S0-135, S2-80)', async (t) => {
  const section = sectionOf(troubleshooting, 'Messages do not arrive')
  t.same(lacking(section, ['NOT_IN_ROOM', 'subscribers', 'WS_SEND_BUFFER', '«dropping message for slow client»', 'UNKNOWN_TYPE', '/health/ready', '/ws/broadcast']), [])
})

t.test('connections that drop: pings, the upgrade, proxies (S2-78)', async (t) => {
  const section = sectionOf(troubleshooting, 'The connection drops')
  t.same(lacking(section, ['WS_PING_PERIOD', 'WS_PONG_WAIT', '`Upgrade`', 'proxy_read_timeout']), [])
})

t.test('high memory: buffers, connections, sizes of messages, and what a process still holds (S2-79, S0-136)', async (t) => {
  const section = sectionOf(troubleshooting, 'Memory is high, or grows')
  t.same(lacking(section, ['WS_SEND_BUFFER_BYTES', 'WS_MAX_CONNECTIONS', 'WS_MAX_MESSAGE_SIZE', 'nodejs_active_handles_total', 'heapsnapshot']), [])
})

t.test('who needs support: the list, the log, the page, the token (S3-89)', async (t) => {
  const section = sectionOf(troubleshooting, 'First')
  t.same(lacking(section, ['doctor', 'log', '/console', 'eyJ', 'check-config']), [])
})

t.test('why neither polling nor server-sent events nor gRPC, and what of server-sent events is here as well (S1-87)', async (t) => {
  t.same(lacking(choices.text, ['| polling', '| server-sent events', '| gRPC', 'reconnects by itself', '`resume`']), [])
})

t.test('the memory of a connection is the measured one, and within what the documents promise (S2-62, S2-63, S3-62)', async (t) => {
  const [, kilobytes] = /## d: 15,000 idle connections[^]*?\| wshub \| ([\d.]+) \|/.exec(readPage('bench/results.md').text) ?? []
  t.equal(/<!-- rss -->([\d.]+)</.exec(sectionOf(deployment, 'Memory'))?.[1], kilobytes)
  t.ok(Number(kilobytes) <= 10, 'about 10 KB (003), below 20 KB and what waits in buffers (002)')
  t.ok(Number(kilobytes) * 10_000 / 1_000 <= 200, '10,000 connections in 200 to 300 MB (002)')
})

t.test('more than 10,000 connections were put on it: idle, in one room, and reached by every message (S3-82)', async (t) => {
  const results = readPage('bench/results.md')
  const sceneOf = (title: string): string => sectionOf(results, title)
  t.match(sceneOf('d: 15,000 idle connections, each member of a room of 10'), /^- memory per connection: at most 10: met/m)
  const bigRoom = sceneOf('e: 1 room of 10,000, all arriving within a minute, then 10 messages a second')
  for (const goal of ['lost', 'out of order or astray']) t.match(bigRoom, `- ${goal}: at most 0: met, 0`)
  t.match(sceneOf('g: 1 room of 10 to 15,000, one member publishing, 16 in flight'), /^\| 15000 \| wshub \|/m)
})
