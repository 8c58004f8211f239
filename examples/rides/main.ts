import { randomBytes } from 'node:crypto'
import { buildApp, loadConfig } from 'wshub'
import { readFlags, readInteger, type Example } from '../shared/program.ts'
import { serve } from './serve.ts'
import { addRides } from './service/add-rides.ts'
import { MemoryStore } from './service/memory-store.ts'
import { Story } from './story.ts'
import { tellStory } from './tell-story.ts'

const usage = `A ride from request to payment. Ends by itself.

  npm run example -- rides [--think MS] [--stay]
  npm run example -- rides --serve [--port P] [--think MS]

  --think MS   how long a driver may think about a proposal (default: 2000, with --serve 15000)
  --stay       one driver does not come out of the tunnel: there is none then, and the exit code is 1
  --serve      no story: the service alone, with tokens to try it by hand in two more terminals, until Ctrl-C
  --port P     its port, 0 for a free one (default: 8080)`

const flags = { think: { type: 'string' }, stay: { type: 'boolean', default: false }, serve: { type: 'boolean', default: false }, port: { type: 'string', default: '8080' } } as const

/** Ends with 0 when all happened that should, with 1 otherwise. */
export const example: Example = {
  usage,
  async run (args) {
    const { think, stay, serve: isServing, port } = readFlags(args, flags)
    const answerWithinMs = readInteger('--think', think ?? (isServing ? '15000' : '2000'), { min: 100, max: 60_000 })
    const listenOn = readInteger('--port', port, { min: 0, max: 65_535 })
    const secret = randomBytes(32).toString('base64url')
    const app = await buildApp(loadConfig({ JWT_SECRET: secret, LOG_LEVEL: 'error' }).config)
    const story = new Story()
    // The application's part: message types of its own, before anybody can connect. In a service of your own the log is `app.log`.
    addRides({ hub: app.hub, store: new MemoryStore(), log: story.log, answerWithinMs })
    try {
      if (isServing) return await serve(app, secret, listenOn)
      return await tellStory({ url: await app.listen({ host: '127.0.0.1', port: 0 }), secret, story, stay })
    } finally {
      await app.close()
    }
  }
}
