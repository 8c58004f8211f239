import { loadConfig } from '../../config/load-config.ts'
import { buildApp } from '../../src/app.ts'
import { collectGarbage } from '../support/collect-garbage.ts'

/** What the service tells the fuzzer. */
export type ServiceMessage =
  | { readonly kind: 'listening', readonly port: number }
  | { readonly kind: 'fault', readonly line: string }
  | { readonly kind: 'measured', readonly heapBytes: number, readonly connections: number }

const tell = (message: ServiceMessage): void => { process.send?.(message) }
const FAULT = /"level":[56]0/
/** A refused token is told to operators as loudly as a fault, but is none. */
const REFUSED = /"error_code":"UNAUTHORIZED"/
const LONGEST_LINE = 4_000

const { config } = loadConfig(process.env)
const logStream = { write: (line: string) => { if (FAULT.test(line) && !REFUSED.test(line)) tell({ kind: 'fault', line: line.slice(0, LONGEST_LINE) }) } }
const app = await buildApp(config, { logStream })
await app.listen({ host: config.host, port: config.port })

process.on('message', () => {
  collectGarbage().then((heapBytes) => tell({ kind: 'measured', heapBytes, connections: app.hub.size }), () => {})
})
// Nobody is left to be tested for.
process.once('disconnect', () => process.exit())
const address = app.server.address()
tell({ kind: 'listening', port: typeof address === 'object' ? address?.port ?? 0 : 0 })
