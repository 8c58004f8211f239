import { startService, type Teardown, type TestService } from '../../helper.ts'

/** The settings of document 002 under its names; beside them what makes its clients at home: their dialect, no token, broadcasts of anybody. */
export const PUBSUB_SETTINGS = {
  WEBSOCKET_ENABLED: 'true',
  WEBSOCKET_HOST: '127.0.0.1',
  WEBSOCKET_TIMEOUT: '30s',
  WEBSOCKET_READ_BUFFER_SIZE: '1024',
  WEBSOCKET_WRITE_BUFFER_SIZE: '1024',
  WEBSOCKET_MAX_MESSAGE_SIZE: '512000',
  WEBSOCKET_PING_INTERVAL: '54s',
  WEBSOCKET_PONG_WAIT: '60s',
  WEBSOCKET_WRITE_WAIT: '10s',
  WEBSOCKET_LIMITS_MAX_CONNECTIONS: '10000',
  WEBSOCKET_LIMITS_MAX_CONNECTIONS_PER_ROOM: '1000',
  WS_DIALECT: 'pubsub.v1',
  WS_AUTH: 'optional',
  WS_CLIENT_BROADCAST: 'all'
}

/** A service as document 002 has it. */
export interface PubsubService extends TestService {
  /** `ws://127.0.0.1:port/ws` */
  readonly url: string
}

/** Starts a service the way document 002 does; ends with the test. */
export async function startPubsub (t: Teardown, env: Record<string, string> = {}): Promise<PubsubService> {
  const service = await startService(t, { ...PUBSUB_SETTINGS, ...env })
  return { ...service, url: socketUrl(service) }
}

/** Where the sockets of a service connect. */
export function socketUrl ({ address }: Pick<TestService, 'address'>): string {
  return `${address.replace('http', 'ws')}/ws`
}
