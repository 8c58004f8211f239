import rateLimit, { type FastifyRateLimitStore } from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest, onRequestHookHandler } from 'fastify'
import fp from 'fastify-plugin'
import { addressKey } from '../src/hub/address.ts'
import { RequestWindows } from '../src/hub/request-windows.ts'
import { HttpError } from '../src/http-error.ts'
import { attempt } from '../src/maybe-promise.ts'
import type { SharedCounter } from '../src/relay/redis/shared-counter.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Hooks that refuse with 429 what comes too often; they do nothing where the limit is off. */
    limits: { readonly handshakes: onRequestHookHandler, readonly rest: onRequestHookHandler }
  }
}

/** Requests a minute; 0 switches a limit off. */
export interface RateLimitPluginOptions {
  readonly handshakesPerMinute?: number
  readonly restPerMinute?: number
}

const tooMany = (): HttpError => new HttpError(429, 'too many requests')
const off: onRequestHookHandler = (_request, _reply, done) => done()

/** Decorates `limits`: one budget each for all socket paths and for all REST routes. */
export default fp<RateLimitPluginOptions>(async (app, { handshakesPerMinute = 600, restPerMinute = 600 }) => {
  // An application may have the plugin already, with rules of its own.
  if (!app.hasDecorator('rateLimit')) await app.register(rateLimit, { global: false, store: storeOf(() => app.hasDecorator('sharedCounter') ? app.sharedCounter : undefined) })
  const limit = (max: number, keyGenerator: (request: FastifyRequest) => string | Promise<string>): onRequestHookHandler => (
    max === 0 ? off : app.rateLimit({ max, timeWindow: '1 minute', keyGenerator, errorResponseBuilder: tooMany })
  )
  app.decorate('limits', {
    handshakes: limit(handshakesPerMinute, ({ ip }) => `handshake:${addressKey(ip)}`),
    rest: limit(restPerMinute, async (request) => await callerOf(app, request))
  })
  warnOfUntrustedProxy(app)
}, { name: 'rate-limit', decorators: { fastify: ['callers'] }, fastify: '5.x' })

/** A store that counts on this node, and over all of them where there is a way to: while that way is closed a limit holds for each node. */
function storeOf (findShared: () => SharedCounter | undefined) {
  const windows = new RequestWindows()
  return class Store implements FastifyRateLimitStore {
    incr (key: string, callback: Parameters<FastifyRateLimitStore['incr']>[1], timeWindow: number): void {
      const here = windows.count(key, timeWindow)
      const shared = findShared()
      if (shared?.isReady !== true) return callback(null, here)
      shared.count(key, timeWindow).then((everywhere) => callback(null, everywhere ?? here), callback)
    }

    /** The keys tell the limits apart. */
    child (): FastifyRateLimitStore {
      return this
    }
  }
}

/** The user, else the address: whoever makes tokens up stays one caller. No token gets into a store. */
async function callerOf (app: FastifyInstance, request: FastifyRequest): Promise<string> {
  const identity = await attempt(() => app.callers.find(request), () => undefined)
  return identity === undefined ? `rest:${addressKey(request.ip)}` : `rest:user:${identity.userId}`
}

/** Behind a proxy that is not trusted all clients have one address, and share its limits. */
function warnOfUntrustedProxy (app: FastifyInstance): void {
  let warned = false
  app.addHook('onRequest', ({ headers, ips, log }, _reply, done) => {
    // Fastify knows `ips` only where it trusts some proxy.
    if (!warned && ips === undefined && headers['x-forwarded-for'] !== undefined) {
      warned = true
      log.warn('X-Forwarded-For is ignored because TRUST_PROXY is unset: limits by address count the proxy')
    }
    done()
  })
}
