import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { WebSocketServer, type WebSocket } from 'ws'
import { HttpError } from '../src/http-error.ts'
import { inflateInPlace } from '../src/hub/inflate-in-place.ts'
import { upgradesOf } from '../src/upgrades.ts'
import { endBroken, refuseUnread, settleOffer, socketOptions, type SocketPluginOptions } from './websocket.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Upgrades the hub's sockets where the websocket plugin does not. */
    hubUpgrader: Upgrader | undefined
  }
}

/** Makes a WebSocket of a request that has passed all checks. */
export interface Upgrader {
  /** Upgrades at once, and calls `open` in the same turn; not at all where the handshake is none, or the client has gone. */
  upgrade (request: FastifyRequest, open: (webSocket: WebSocket) => void): void
}

/**
 * Decorates `hubUpgrader`: in place of the websocket plugin, for an application whose own upgrades stay its own. The hub's sockets have a
 * WebSocket server of their own, so that its limits, and what it answers to a list of subprotocols, do not depend on how the
 * application has registered @fastify/websocket, or whether it has. Drains before the server closes.
 */
export default fp<SocketPluginOptions>(async (app, options) => {
  const server = new WebSocketServer({ ...socketOptions(options), noServer: true })
  server.on('wsClientError', refuseUnread(app.log))
  const upgrades = upgradesOf(app.server, app.routing)
  const paths: string[] = []
  app.addHook('onRoute', ({ url, config }) => {
    if (config?.upgrades !== true) return
    paths.push(url)
    upgrades.add(url)
  })
  app.decorate('hubUpgrader', {
    upgrade (request: FastifyRequest, open: (webSocket: WebSocket) => void) {
      const asked = upgrades.accept(request.raw)
      if (asked === undefined) throw new Error('the request asks for no upgrade')
      if (options.compression === true) settleOffer(request.raw)
      server.handleUpgrade(request.raw, asked.socket, asked.head, (webSocket) => {
        if (options.compression === true) inflateInPlace(webSocket)
        try {
          open(webSocket)
        } catch (error) {
          endBroken(error, webSocket, request)
        }
      })
    }
  })

  // The application may have @fastify/websocket, which decorates it as well.
  if (!app.hasRequestDecorator('ws')) app.decorateRequest('ws', false)
  app.addHook('onRequest', (request, _reply, done) => {
    request.ws = upgrades.has(request.raw)
    const isMisled = request.ws && request.routeOptions.config.upgrades !== true
    done(isMisled ? new HttpError(400, 'this route is no WebSocket route') : undefined)
  })
  // Whoever has sent the request to these routes.
  app.addHook('onResponse', ({ raw }, _reply, done) => {
    upgrades.end(raw)
    done()
  })
  app.addHook('preClose', async () => {
    await app.drain.run()
    // Those that were refused with a close code are in no session, and may never answer.
    for (const webSocket of server.clients) webSocket.terminate()
    upgrades.remove(paths)
  })
}, { name: 'upgrader', dependencies: ['sessions'], fastify: '5.x' })
