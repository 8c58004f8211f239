import { randomBytes } from 'node:crypto'
import { stopRequest } from '../cluster/stop-request.ts'
import { EXIT, readFlags, readInteger, say, type Example } from '../shared/program.ts'
import { buildChat } from './app.ts'

const usage = `A chat page: open it in two windows, or on a phone. Stop it and start it again to see what becomes of messages meanwhile.

  npm run example -- chat [--port P] [--host H]

  --port P   the page's port, 0 for a free one (default: 8080)
  --host H   the address to listen on; 0.0.0.0 lets other machines in (default: 127.0.0.1)`

const flags = { port: { type: 'string', default: '8080' }, host: { type: 'string', default: '127.0.0.1' } } as const

/** Runs until a signal asks it to stop; a second one ends it at once. */
export const example: Example = {
  usage,
  async run (args) {
    const { port, host } = readFlags(args, flags)
    const address = { host, port: readInteger('--port', port, { min: 0, max: 65_535 }) }
    const stopSignal = stopRequest(() => process.exit(EXIT.interrupted))
    const app = await buildChat(randomBytes(32).toString('base64url'))
    try {
      say(`chat page: ${await app.listen(address)}/ (Ctrl-C ends it)`)
      say(`${await stopSignal}: saying goodbye …`)
      return EXIT.success
    } finally {
      // Tells the pages when to come back, and waits for them to go.
      await app.close()
    }
  }
}
