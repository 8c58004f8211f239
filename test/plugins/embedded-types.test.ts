import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ts from 'typescript'
import t from 'tap'
import type { Teardown } from '../helper.ts'
import { projectRoot } from '../support/project-root.ts'

/** What a consumer's own packages are; types of Node among them. */
const PACKAGES = ['fastify', 'ioredis', '@sinclair/typebox', '@types/node', 'undici-types']
const options: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ['node'],
  // As most projects have it.
  skipLibCheck: true
}

/** An application as somebody writes it who has installed the package and imports nothing else of it. */
const application = `
import Fastify from 'fastify'
import { Type } from '@sinclair/typebox'
import { Redis } from 'ioredis'
import { hub } from 'wshub'

// Names that many applications have for something of their own.
declare module 'fastify' {
  interface FastifyInstance {
    authenticate: (request: unknown) => Promise<void>
    redis: Redis
    orders: Map<string, number>
  }
  interface FastifyRequest {
    user: { readonly id: string } | null
    visitor: string
  }
}

const app = Fastify({ logger: true })
await app.register(hub, {
  prefix: '/realtime',
  authenticate: async (request) => request.user === null ? undefined : { userId: request.user.id, roles: ['user'] },
  redis: { client: new Redis() },
  connect: { origins: { allowed: ['https://shop.example'], production: true } }
})
await app.register(hub, { jwt: { secret: 'x' }, redis: { url: 'redis://localhost' } })

app.hub.handle('get_order', { schema: Type.Object({ id: Type.String() }) }, (ctx, { id }) => {
  const total: number | undefined = ctx.app.orders.get(id.toUpperCase())
  const user: string = ctx.user.id
  return { total, user, rooms: ctx.app.hub.roomCount }
})
const { recipients } = await app.hub.toUser('ada', { type: 'order.paid', payload: { id: 7 } })
const members: readonly { readonly id: string }[] = (await app.rooms.members('vip')).users
const ready: boolean = app.relay.status().ready
const roles: readonly string[] = (await app.callers.identify('token')).roles
console.log(recipients.toFixed(), members, ready, roles)
`

const mistakes: Record<string, string> = {
  'a misspelt option': 'await app.register(hub, { authentikate: () => undefined })',
  'an identity without an id': 'await app.register(hub, { authenticate: () => ({ name: "Ada" }) })',
  'an event without a type': 'await app.hub.broadcast({ payload: 1 })',
  'a payload that the schema does not know': 'app.hub.handle("x", { schema: Type.Object({}) }, (_ctx, payload) => payload.price)',
  'something that is not there': 'app.hub.shout()'
}

/** A project of its own with the package installed, as it was built. */
async function makeProject (t: Teardown): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'wshub-types-'))
  t.teardown(() => rm(dir, { recursive: true, force: true }))
  await writeFile(join(dir, 'package.json'), JSON.stringify({ type: 'module' }))
  for (const scope of ['@sinclair', '@types']) await mkdir(join(dir, 'node_modules', scope), { recursive: true })
  for (const name of PACKAGES) await symlink(join(projectRoot, 'node_modules', name), join(dir, 'node_modules', name))
  await symlink(projectRoot, join(dir, 'node_modules', 'wshub'))
  return dir
}

function problemsOf (program: ts.Program, file: string): string[] {
  const source = program.getSourceFile(file)
  return ts.getPreEmitDiagnostics(program, source).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
}

t.test('Types arrive with the import: app.hub, app.rooms, app.relay and ctx.app, beside the application\'s own', async (t) => {
  const dir = await makeProject(t)
  const good = join(dir, 'app.ts')
  await writeFile(good, application)
  const head = application.slice(0, application.indexOf('await app.register'))
  const bad = Object.entries(mistakes).map(([what, line], index) => ({ what, line, file: join(dir, `mistake-${index}.ts`) }))
  for (const { file, line } of bad) await writeFile(file, `${head}${line}\nexport { hub, Type }\n`)
  const program = ts.createProgram([good, ...bad.map(({ file }) => file)], options)
  t.same(problemsOf(program, good), [])
  for (const { what, file } of bad) t.equal(problemsOf(program, file).length, 1, `refused: ${what}`)
})
