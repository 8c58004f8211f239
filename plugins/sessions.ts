import fp from 'fastify-plugin'
import { sessionCommands } from '../src/commands/index.ts'
import { Admission, type AdmissionLimits } from '../src/hub/admission.ts'
import type { OutboxLimits } from '../src/hub/backlog.ts'
import { Drain, type DrainTimes } from '../src/hub/drain.ts'
import { Expiry } from '../src/hub/expiry.ts'
import { Flusher } from '../src/hub/flusher.ts'
import { Heartbeat, type HeartbeatTimes } from '../src/hub/heartbeat.ts'
import type { MessageRate } from '../src/hub/rate-gate.ts'
import { Renewal } from '../src/hub/renewal.ts'
import { Sessions, type SessionParts } from '../src/hub/sessions.ts'
import { defaultTimings, type Timings } from '../src/hub/timings.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Who may come in. */
    admission: Admission
    /** The sockets, from the upgrade to the end. */
    sessions: Sessions
    heartbeat: Heartbeat
    /** Empties this node before it goes away. */
    drain: Drain
  }
}

/** How connections are admitted, kept and ended; each left out has the default of the settings table. */
export interface SessionsPluginOptions {
  readonly admission?: AdmissionLimits
  readonly rate?: MessageRate
  readonly inbox?: { readonly maxMessageSizeBytes: number, readonly invalidJson: 'error' | 'close', readonly invalidJsonBudget: number }
  readonly outbox?: OutboxLimits
  readonly slowClient?: 'close' | 'drop'
  readonly times?: Omit<HeartbeatTimes, 'sweepIntervalMs'>
  readonly presenceGraceMs?: number
  /** How long before the end of its token a client is told, ms; 0: not at all. */
  readonly expiryNoticeMs?: number
  readonly drainTimeoutMs?: number
  readonly timings?: Timings
}

const defaults = {
  admission: { maxConnections: 0, maxConnectionsPerUser: 0, userLimitPolicy: 'replace', maxConnectionsPerIp: 0 },
  rate: { perSecond: 50, burst: 100 },
  inbox: { maxMessageSizeBytes: 65_536, invalidJson: 'error', invalidJsonBudget: 5 },
  outbox: { messages: 256, bytes: 1_048_576 },
  slowClient: 'close',
  times: { pingPeriodMs: 54_000, pongWaitMs: 60_000, writeTimeoutMs: 10_000 },
  presenceGraceMs: 3_000,
  expiryNoticeMs: 30_000,
  drainTimeoutMs: 8_000,
  timings: defaultTimings
} as const satisfies Required<SessionsPluginOptions>

type Settings = Required<SessionsPluginOptions>

/** Decorates `admission`, `sessions`, `heartbeat` and `drain`: the life of a connection. */
export default fp<SessionsPluginOptions>(async (app, options) => {
  const settings: Settings = { ...defaults, ...options }
  const { hub } = app
  const admission = new Admission(hub, settings.admission)
  const logger = app.log.child({ logger: 'client' })
  const expiry = new Expiry(hub, settings.expiryNoticeMs)
  const sessions = makeSessions({ hub, relay: app.relay.port, rooms: app.rooms, admission, expiry, logger }, settings)
  const renewal = new Renewal({ hub, relay: app.relay.port, rooms: app.rooms, expiry, logger, identify: (token) => app.callers.identify(token) })
  hub.commands.addBuiltIn(sessionCommands({ renewal, expiry }))
  const heartbeatTimes = { ...settings.times, sweepIntervalMs: settings.timings.sweepIntervalMs }
  const heartbeat = new Heartbeat(hub, heartbeatTimes, logger)
  const drainTimes: DrainTimes = { drainTimeoutMs: settings.drainTimeoutMs, drainWaveMs: settings.timings.drainWaveMs }
  app.decorate('admission', admission)
  app.decorate('sessions', sessions)
  app.decorate('heartbeat', heartbeat)
  app.decorate('drain', new Drain({ hub, admission, sessions }, drainTimes))
  app.addHook('onClose', async () => heartbeat.stop())
}, { name: 'sessions', dependencies: ['hub', 'relay', 'rooms'], fastify: '5.x' })

function makeSessions (parts: SessionParts, settings: Settings): Sessions {
  const { outbox, slowClient, inbox, rate, timings, times, presenceGraceMs } = settings
  return new Sessions(parts, {
    connection: { flusher: new Flusher(), outbox, slowClient },
    inbox: { ...inbox, badFrameWindowMs: timings.badFrameWindowMs },
    rate,
    timings,
    pingPeriodMs: times.pingPeriodMs,
    presenceGraceMs
  })
}
