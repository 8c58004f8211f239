import { loadConfig } from '../../config/load-config.ts'
import { buildApp } from '../../src/app.ts'

/**
 * The service with an echo in place of its protocol, for the fuzzing client of the Autobahn test suite, which speaks no other one:
 * handshake, limits and frames are those of the service. Settings come from the environment. The client runs on Python 2.7
 * (`pip install autobahntestsuite==0.8.2`; `wstest -m fuzzingclient -s spec.json` with `{"servers": [{"agent": "wshub",
 * "url": "ws://127.0.0.1:9001/ws"}], "cases": ["*"], "exclude-cases": ["12.*", "13.*"]}`).
 *
 * With the default settings the cases 1 to 8 and 10 pass; of 9 those fail that are meant to: messages above 256 KiB get 1009, those
 * in more than 1,024 frames, or more than 4,096 chunks that are not whole frames, get 1008. 12 and 13 are for `WS_COMPRESSION=on`.
 */
const { config } = loadConfig({
  HOST: '127.0.0.1', PORT: '9001', LOG_LEVEL: 'warn', WS_AUTH: 'optional', WS_HANDSHAKE_RATE: '0', JWT_SECRET: 'nobody signs anything with this secret', ...process.env
})
const app = await buildApp(config)
Object.assign(app.sessions, {
  open: ({ webSocket }: Parameters<typeof app.sessions.open>[0]): void => {
    webSocket.on('message', (data, isBinary) => webSocket.send(data, { binary: isBinary }))
  }
})
await app.listen({ host: config.host, port: config.port })
