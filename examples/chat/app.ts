import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Type, type Static } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
// The package's own name: the line is the same in your project.
import { buildApp, loadConfig } from 'wshub'
import { projectRoot } from '../replay/project-root.ts'
import { signToken } from '../shared/tokens.ts'

/** What the page consists of, by path. */
const page = pathToFileURL(join(projectRoot, 'examples', 'chat', 'page', '/'))
const files = {
  '/': { file: new URL('index.html', page), type: 'text/html; charset=utf-8' },
  '/chat.js': { file: new URL('chat.js', page), type: 'text/javascript; charset=utf-8' },
  '/view.js': { file: new URL('view.js', page), type: 'text/javascript; charset=utf-8' },
  '/style.css': { file: new URL('style.css', page), type: 'text/css; charset=utf-8' },
  '/icon.svg': { file: new URL('icon.svg', page), type: 'image/svg+xml' },
  // The SDK for pages without a bundler is one file of the package.
  '/wshub.js': { file: new URL('wshub.js', import.meta.resolve('wshub/client')), type: 'text/javascript; charset=utf-8' }
} as const

/** Nothing but these files and the socket: no inline script, nothing of other sites. */
const SECURITY_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** Short, so that a stolen token is soon worth nothing: the client gets a new one whenever it needs it. */
const TOKEN_LIFETIME = '60s'

const LoginSchema = Type.Object({ name: Type.String({ minLength: 1, maxLength: 40, pattern: '\\S' }) })

/** The whole service with a page and a login beside it, ready to listen. All settings of the service may be given. */
export async function buildChat (secret: string, settings: NodeJS.ProcessEnv = {}): Promise<FastifyInstance> {
  // In production only pages of the own origin may connect; elsewhere all may.
  const { config } = loadConfig({ NODE_ENV: 'production', LOG_LEVEL: 'warn', JWT_SECRET: secret, ...settings })
  const app = await buildApp(config)
  addPage(app)
  addLogin(app, secret)
  return app
}

function addPage (app: FastifyInstance): void {
  for (const [path, { file, type }] of Object.entries(files)) {
    app.get(path, async (_request, reply) => {
      reply.headers({ 'content-type': type, 'content-security-policy': SECURITY_POLICY, 'x-content-type-options': 'nosniff', 'cache-control': 'no-cache' })
      return await readFile(file)
    })
  }
}

/** Gives out tokens. A real application looks here at the session that its users have signed in to, and takes nobody's word for a name. */
function addLogin (app: FastifyInstance, secret: string): void {
  app.post<{ Body: Static<typeof LoginSchema> }>('/login', { schema: { body: LoginSchema } }, async ({ body }) => {
    const name = body.name.trim()
    return { token: await signToken(secret, { id: name.toLowerCase(), name }, TOKEN_LIFETIME) }
  })
}
