/** The rest of a build, after compiling: what is made of the compiled files, one module a product. */
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundleClient } from './bundle-client.ts'
import { copyConsole } from './copy-console.ts'
import { writeSchemas } from './write-schemas.ts'

/** Where the compiled files are, this one among them in `config/build`. */
const dist = join(import.meta.dirname, '..', '..')
const sources = join(dist, '..')
const client = join(dist, 'client')

writeSchemas(join(dist, 'schemas'))
copyFileSync(join(sources, 'src', 'protocol', 'protobuf', 'hub.proto'), join(dist, 'schemas', 'hub.proto'))
copyConsole(join(sources, 'routes', 'console', 'page'), join(dist, 'routes', 'console', 'page'))
const lines = [
  await bundleClient({ name: 'client library', entry: join(client, 'index.js'), outfile: join(client, 'wshub.js'), mostGzippedBytes: 10 * 1024 }),
  await bundleClient({ name: 'the same in binary', entry: join(client, 'binary', 'index.js'), outfile: join(client, 'wshub-binary.js'), mostGzippedBytes: 11 * 1024 })
]
process.stdout.write(`${lines.join('\n')}\n`)
