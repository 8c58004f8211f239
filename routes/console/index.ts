import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { PAGE, readAssets, type Asset } from './assets.ts'
import { isFromHere, securityHeaders } from './security.ts'
import tokenRoute, { type IssueToken } from './token.ts'

/** What the console is told of its service. */
export interface ConsoleRoutesOptions {
  /** Paths that upgrade; the console takes the first. */
  readonly paths: readonly string[]
  /** Names of the dialects there are. */
  readonly dialects: readonly string[]
  readonly adminRoles: readonly string[]
  /** In development: where the console's ready-made tokens come from. */
  readonly issueToken?: IssueToken | undefined
}

const schema = { hide: true }

/** `GET /console`: a page to try and watch the service with. Its files are read once; without a build there is none. */
const consoleRoutes: FastifyPluginAsync<ConsoleRoutesOptions> = async (app, { paths, dialects, adminRoles, issueToken }) => {
  const assets = readAssets()
  if (assets === undefined) {
    app.log.info('no console: it has not been built')
    return
  }
  app.addHook('onSend', async (_request, reply) => { reply.headers(securityHeaders) })

  for (const [name, asset] of assets) {
    const url = name === PAGE ? '/console' : `/console/${name}`
    app.get(url, { schema }, async (request, reply) => sendAsset(request, reply, asset))
  }
  // The page names its files relative to its own address, so that a proxy may put a path before it.
  app.get('/console/', { schema }, async (_request, reply) => await reply.redirect('../console', 308))
  app.get('/console/settings.json', { schema }, async (request, reply) => {
    reply.header('cache-control', 'no-store')
    return { paths, dialects, admin_roles: adminRoles, tokens: issueToken !== undefined && isFromHere(request) }
  })
  if (issueToken !== undefined) await app.register(tokenRoute, { issueToken })
}

export default consoleRoutes

/** Caches may keep a file, but ask each time whether it is still the same: the service may have been replaced by a newer one. */
function sendAsset ({ headers }: FastifyRequest, reply: FastifyReply, { type, body, etag }: Asset): FastifyReply {
  reply.headers({ etag, 'cache-control': 'no-cache' })
  const known = headers['if-none-match']?.split(',').map((entry) => entry.trim().replace(/^W\//, '')) ?? []
  if (known.includes(etag) || known.includes('*')) return reply.code(304).send()
  return reply.type(type).send(body)
}
