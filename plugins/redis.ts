import { setTimeout as sleep } from 'node:timers/promises'
import { once } from 'node:events'
import redis from '@fastify/redis'
import fp from 'fastify-plugin'
import { closeClient, type CommandClient } from '../src/relay/redis/connect.ts'

/** The connection to look after. */
export interface RedisPluginOptions {
  readonly client: CommandClient
}

/** How long the start waits for Redis, ms; the service starts without it too, but is not ready until it is there. */
const START_LIMIT_MS = 500
/** The name under which @fastify/redis decorates the connection: `app.redis.hub`. */
const REDIS_NAMESPACE = 'hub'

/** Decorates `redis.hub` by @fastify/redis, unless the application has that for itself. Closes the connection with the application. */
export default fp<RedisPluginOptions>(async (app, { client }) => {
  // Without a listener ioredis writes to standard error by itself; the relay tells the log once what is wrong. The error itself may hold a password.
  client.on('error', ({ message }: Error) => app.log.debug({ reason: message }, 'Redis connection'))
  app.addHook('onClose', async () => closeClient(client))
  await Promise.race([once(client, 'ready').catch(() => {}), sleep(START_LIMIT_MS, undefined, { ref: false })])
  // What is there is the application's own: it may be its client itself, which is not to be written on.
  if (app.hasDecorator('redis')) return
  const registered = app.register(redis, { client, namespace: REDIS_NAMESPACE })
  // The plugin would wait for a server that is not there until the start is given up.
  setImmediate(() => { if (client.status !== 'ready') client.emit('ready') })
  await registered
}, { name: 'redis', fastify: '5.x' })
