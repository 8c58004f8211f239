import { createHmac } from 'node:crypto'

/** A body and how it is called; the same whenever it is sent again. */
export interface WebhookMessage {
  readonly id: string
  readonly body: string
}

/** The headers by which a receiver knows a message, as Standard Webhooks (standardwebhooks.com) has them. */
export function signedHeaders ({ id, body }: WebhookMessage, key: Buffer, nowMs: number): Record<string, string> {
  const seconds = String(Math.floor(nowMs / 1000))
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': `v1,${signature}` }
}
