import { SignJWT } from 'jose'
import type { FastifyInstance } from 'fastify'
import { loadConfig } from '../config/load-config.ts'
import { buildApp, type AppOverrides } from '../src/app.ts'
import { connect, type ConnectOptions, type TestClient } from './client.ts'
import { KeptLogs } from './support/kept-logs.ts'

/** The part of a tap test that helpers need. */
export interface Teardown {
  teardown (fn: () => unknown): void
}

/** Secret of all tokens in tests. */
export const SECRET = 'a secret of tests, more than 32 bytes long'

/** A running service on a free port. */
export interface TestService {
  readonly app: FastifyInstance
  /** `http://127.0.0.1:port` */
  readonly address: string
  /** Every log line so far, parsed. */
  readonly logs: LogLine[]
}

/** One line of the log. */
export type LogLine = Record<string, unknown> & { readonly msg?: string, readonly level: number }

/** Starts the service with the given environment; stops it with the test, which fails when a line of its log held a token or the secret. */
export async function startService (t: Teardown, env: Record<string, string> = {}, overrides: AppOverrides = {}): Promise<TestService> {
  const { config } = loadConfig({ HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'debug', JWT_SECRET: SECRET, WS_DRAIN_TIMEOUT: '500ms', ...env })
  const logStream = new KeptLogs([SECRET])
  const app = await buildApp(config, { logStream, ...overrides, timings: { sweepIntervalMs: 20, closeTimeoutMs: 500, ...overrides.timings } })
  t.teardown(async () => {
    await app.close()
    logStream.check()
  })
  const address = await app.listen({ host: config.host, port: config.port })
  return { app, address, logs: logStream.lines }
}

/** Claims of a test's token; an hour to live unless it says otherwise. */
export type Claims = Record<string, unknown>

/** Signs a token as the login service of a real installation would. */
export async function tokenFor (claims: Claims): Promise<string> {
  const exp = Math.floor(Date.now() / 1000) + 3_600
  return await new SignJWT({ exp, ...claims }).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(SECRET))
}

/** Connects as a user (by id, or by claims) and takes the `connected` frame. */
export async function connectAs (t: Teardown, { address }: Pick<TestService, 'address'>, user: string | Claims, options: ConnectOptions = {}): Promise<TestClient> {
  const claims = typeof user === 'string' ? { sub: user, name: user } : user
  const client = connect(t, address, { ...options, token: await tokenFor(claims) })
  await client.next('connected')
  return client
}

/** Connects as a user who is a member of a room. */
export async function memberOf (t: Teardown, service: Pick<TestService, 'address'>, user: string | Claims, room: string): Promise<TestClient> {
  const client = await connectAs(t, service, user)
  await client.request({ type: 'join_room', room })
  return client
}

/** Waits until a condition holds; the test's own timeout is the bound. */
export async function until (condition: () => boolean | Promise<boolean>, intervalMs = 5): Promise<void> {
  while (!await condition()) await new Promise((resolve) => { setTimeout(resolve, intervalMs) })
}

/** An answer of a route, with its parsed body. */
export async function getJson (service: Pick<TestService, 'address'>, path: string, init: RequestInit = {}): Promise<{ status: number, headers: Headers, body: Record<string, unknown> }> {
  const response = await fetch(`${service.address}${path}`, init)
  return { status: response.status, headers: response.headers, body: await response.json() as Record<string, unknown> }
}

/** Sends JSON to a route, with a token of the given claims. */
export async function postJson (service: Pick<TestService, 'address'>, path: string, body: unknown, claims?: Claims): ReturnType<typeof getJson> {
  const authorization = claims === undefined ? {} : { authorization: `Bearer ${await tokenFor(claims)}` }
  return await getJson(service, path, { method: 'POST', headers: { 'content-type': 'application/json', ...authorization }, body: JSON.stringify(body) })
}
