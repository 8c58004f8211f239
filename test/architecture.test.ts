import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import t from 'tap'
import { modulesIn, placesOf, type Module } from './support/modules.ts'
import { projectRoot } from './support/project-root.ts'

/** The files of src/ that assemble or start the service, and so may know everything. */
const ENTRY_POINT = /^src\/(?:app|server|cli|index)\.ts$|^src\/cli\//
const OUTWARD = /^(?:fastify|fastify-plugin|@fastify\/.*)$|^(?:plugins|routes|config)\//

const OWN = /^(?:src|plugins|routes|config|bench|examples|test)\//
/** The only files of the service that may put a load on one. */
const BENCH_COMMAND = /^src\/cli\/bench(?:-[a-z-]+)?\.ts$/

/** What a build does after compiling; knows whatever it makes a product of. */
const BUILD_TOOL = /^config\/build\//

/** Folders of the package. */
const packed: readonly string[] = JSON.parse(readProjectFile('package.json')).files.map((folder: string) => folder.replace(/^dist\//, ''))
/** Those of which it holds what was compiled; the others are made by a build. */
const shipped = packed.filter((folder) => existsSync(join(projectRoot, folder)))
const modules = modulesIn(...shipped)

function readProjectFile (name: string): string {
  return readFileSync(join(projectRoot, name), 'utf8')
}

/** Imports of modules under a folder that lead to a forbidden place, as `from -> to`. */
function crossings (from: RegExp, isForbidden: (target: string) => boolean): string[] {
  return modules.filter(({ path }) => from.test(path))
    .flatMap(({ path, imports }) => imports.filter(({ target }) => isForbidden(target)).map(({ target }) => `${path} -> ${target}`))
}

t.test('the domain knows neither Fastify nor plugins, routes or settings', async (t) => {
  t.strictSame(crossings(/^src\//, (target) => OUTWARD.test(target)).filter((crossing) => !ENTRY_POINT.test(crossing.split(' ')[0] ?? '')), [])
})

t.test('only entry points know entry points', async (t) => {
  const known = modules.filter(({ path }) => !ENTRY_POINT.test(path))
    .flatMap(({ path, imports }) => imports.filter(({ target }) => ENTRY_POINT.test(target)).map(({ target }) => `${path} -> ${target}`))
  t.strictSame(known, [])
})

t.test('plugins know no routes, and neither of them settings', async (t) => {
  t.strictSame(crossings(/^plugins\//, (target) => target.startsWith('routes/')), [])
  t.strictSame(crossings(/^(?:plugins|routes)\//, (target) => target.startsWith('config/')), [])
})

t.test('settings know of the service nothing but types, the names of dialects and the rules for keys, addresses and what is kept', async (t) => {
  const values = modules.filter(({ path }) => path.startsWith('config/') && !BUILD_TOOL.test(path))
    .flatMap(({ imports }) => imports.filter(({ isTypeOnly, target }) => !isTypeOnly && /^(?:src|plugins|routes)\//.test(target)))
  t.strictSame([...new Set(values.map(({ target }) => target))].sort(), ['src/auth/key-rules.ts', 'src/auth/room-policy.ts', 'src/ingest/nats/nats-url.ts', 'src/ingest/subject-map.ts', 'src/protocol/dialects/index.ts', 'src/relay/history-rules.ts', 'src/relay/redis/redis-url.ts', 'src/webhooks/endpoint.ts', 'src/webhooks/webhook-event.ts'])
})

t.test('nobody knows the tools of a build', async (t) => {
  t.strictSame(crossings(/^/, (target) => BUILD_TOOL.test(target)).filter((crossing) => !BUILD_TOOL.test(crossing)), [])
})

t.test('of the service only the bench command knows the load, which knows nothing of the service', async (t) => {
  const users = modules.filter(({ path, imports }) => !path.startsWith('bench/') && imports.some(({ target }) => target.startsWith('bench/')))
  t.strictSame(users.map(({ path }) => path).filter((path) => !BENCH_COMMAND.test(path)), [])
  t.strictSame(crossings(/^bench\/load\//, (target) => !/^(?:node:|bench\/load\/)/.test(target)), [])
})

t.test('the SDK runs anywhere: it imports nothing but its own modules, and the service nothing of it', async (t) => {
  t.strictSame(crossings(/^client\//, (target) => !target.startsWith('client/')), [])
  t.strictSame(crossings(/^(?:src|plugins|routes)\//, (target) => target.startsWith('client/')).filter((crossing) => !crossing.startsWith('routes/console/')), [])
})

t.test('package and image hold all that their modules import', async (t) => {
  const isShipped = (path: string) => shipped.some((folder) => path.startsWith(`${folder}/`))
  t.strictSame(crossings(/^/, (target) => OWN.test(target) && !isShipped(target)), [])
  const copied = [...readProjectFile('Dockerfile').matchAll(/^COPY ([a-z]\S*) \.\/\1$/gm)].map(([, folder]) => `${folder}`)
  t.strictSame(copied.sort(), [...shipped].sort())
  t.strictSame(packed.filter((folder) => !shipped.includes(folder)), ['schemas'])
})

t.test('no modules import each other in a circle, types aside', async (t) => {
  t.strictSame(circles(modules), [])
})

t.test('no file says any, asserts that something is there, or casts by way of unknown', async (t) => {
  const isDoubleCast = (node: ts.Node) => ts.isAsExpression(node) && ts.isAsExpression(node.expression) &&
    node.expression.type.kind === ts.SyntaxKind.UnknownKeyword
  t.strictSame(modules.flatMap((module) => placesOf(module, ({ kind }) => kind === ts.SyntaxKind.AnyKeyword)), [])
  t.strictSame(modules.flatMap((module) => placesOf(module, ts.isNonNullExpression)), [])
  t.strictSame(modules.flatMap((module) => placesOf(module, isDoubleCast)), [])
})

t.test('no file writes to the console', async (t) => {
  t.strictSame(modules.flatMap((module) => placesOf(module, (node) => ts.isIdentifier(node) && node.text === 'console')), [])
})

t.test('only plugins and routes have a default export', async (t) => {
  const isDefault = (node: ts.Node) => ts.isExportAssignment(node) || node.kind === ts.SyntaxKind.DefaultKeyword
  const others = modules.filter(({ path }) => !/^(?:plugins|routes)\//.test(path))
  t.strictSame(others.flatMap((module) => placesOf(module, isDefault)), [])
})

/** Circles of imports that are left at run time, each as the path that closes it. */
function circles (all: readonly Module[]): string[] {
  const importsOf = new Map(all.map(({ path, imports }) => [path, imports.filter(({ isTypeOnly }) => !isTypeOnly).map(({ target }) => target)]))
  const done = new Set<string>()
  const found: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) found.push([...trail.slice(trail.indexOf(path)), path].join(' -> '))
    if (trail.includes(path) || done.has(path)) return
    for (const target of importsOf.get(path) ?? []) visit(target, [...trail, path])
    done.add(path)
  }
  for (const { path } of all) visit(path, [])
  return found
}
