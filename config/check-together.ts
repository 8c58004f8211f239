import type { Draft } from './check-keys.ts'
import { isLoopback } from '../src/auth/key-rules.ts'
import { formatDuration } from './duration.ts'
import type { Report } from './entry.ts'
import { readHistoryRules } from './rules.ts'

/** Checks settings against each other; one that could not be read is left out. */
export function checkTogether (draft: Draft, report: Report): void {
  const { values } = draft
  const { problems } = report
  const { pingPeriodMs = 0, pongWaitMs = Infinity } = values
  if (pongWaitMs <= pingPeriodMs) {
    problems.push(`WS_PONG_WAIT: expected a duration above WS_PING_PERIOD (${formatDuration(pingPeriodMs)}), got ${formatDuration(pongWaitMs)}`)
  }
  checkPositions(draft, report)
  checkIngest(draft, report)
  checkWebhooks(draft, report)
}

/** What is sent says who is where: nobody on the way may read it, and the receiver must know that it is from here. */
function checkWebhooks ({ values: { webhookUrl: url, production }, isGiven }: Draft, { problems }: Report): void {
  if (isGiven('webhookUrl') && !isGiven('webhookSecret')) problems.push('WEBHOOK_SECRET: expected a secret where WEBHOOK_URL is set, got none')
  const isPlain = url !== undefined && url.startsWith('http:') && !isLoopback(url)
  if (isPlain && production === true) problems.push('WEBHOOK_URL: expected https in production, or an address of this machine')
}

/** An address of events and a map of subjects mean nothing without each other; one that was refused is told of already. */
function checkIngest ({ isGiven }: Draft, { problems }: Report): void {
  const sources = [
    { url: 'NATS_URL', subjects: 'NATS_SUBJECTS', hasUrl: isGiven('natsUrl'), hasSubjects: isGiven('natsSubjects') },
    { url: 'INGEST_REDIS_URL', subjects: 'INGEST_REDIS_SUBJECTS', hasUrl: isGiven('ingestRedisUrl'), hasSubjects: isGiven('ingestRedisSubjects') }
  ]
  for (const { url, subjects, hasUrl, hasSubjects } of sources) {
    if (hasUrl && !hasSubjects) problems.push(`${subjects}: expected a map of subjects where ${url} is set, got none`)
    if (hasSubjects && !hasUrl) problems.push(`${url}: expected a server where ${subjects} is set, got none`)
  }
  if (sources.every(({ hasUrl }) => hasUrl)) problems.push('INGEST_REDIS_URL: expected one source of events, got NATS_URL as well')
}

/** A message that is kept for longer than its number would be found under a number that is given out again. */
function checkPositions ({ values }: Draft, { problems }: Report): void {
  const { historySize = 0, historyTtlMs = 0, positionTtlMs = Infinity } = values
  const kept = [
    { name: 'WS_HISTORY_TTL', size: historySize, ttlMs: historyTtlMs },
    ...readHistoryRules(values.historyRules).map(({ pattern, ...keep }) => ({ name: `the time of ${pattern} in WS_HISTORY_RULES`, ...keep }))
  ]
  for (const { name, size, ttlMs } of kept) {
    if (size === 0 || ttlMs <= positionTtlMs) continue
    problems.push(`WS_POSITION_TTL: expected a duration not below ${name} (${formatDuration(ttlMs)}), got ${formatDuration(positionTtlMs)}`)
  }
}

/** The burst nobody has set grows with the rate: a second's worth of frames may come at once. */
export function resolveBurst ({ values, isGiven }: Draft): number {
  const { messageRate = 0, messageBurst = 0 } = values
  return isGiven('messageBurst') ? messageBurst : Math.max(messageBurst, messageRate)
}

/** The console that nobody has decided about is for development. */
export function resolveConsole ({ values }: Draft): 'on' | 'off' {
  return values.consolePage ?? (values.production === false ? 'on' : 'off')
}

/** What is accepted but may not be what was meant. */
export function advise ({ values }: Draft, { warnings }: Report): void {
  const { jwtSecret = '', jwtSecretNext = '', readBufferSizeBytes, writeBufferSizeBytes } = values
  const advisory = { WS_READ_BUFFER_SIZE: readBufferSizeBytes, WS_WRITE_BUFFER_SIZE: writeBufferSizeBytes }
  for (const [name, value] of Object.entries(advisory)) {
    if (value !== undefined) warnings.push(`${name}: accepted, but only advisory: Node sizes its socket buffers itself`)
  }
  for (const [name, secret] of Object.entries({ JWT_SECRET: jwtSecret, JWT_SECRET_NEXT: jwtSecretNext })) {
    if (secret !== secret.trim()) warnings.push(`${name}: begins or ends with white space, which is part of the secret`)
  }
}
