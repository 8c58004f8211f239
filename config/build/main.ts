/** The rest of a build, after compiling: what is made of the compiled files, one module a product. */
import { join } from 'node:path'
import { bundleClient } from './bundle-client.ts'
import { copyConsole } from './copy-console.ts'
import { writeSchemas } from './write-schemas.ts'

/** Where the compiled files are, this one among them in `config/build`. */
const dist = join(import.meta.dirname, '..', '..')

writeSchemas(join(dist, 'schemas'))
copyConsole(join(dist, '..', 'routes', 'console', 'page'), join(dist, 'routes', 'console', 'page'))
process.stdout.write(`${await bundleClient(join(dist, 'client', 'index.js'), join(dist, 'client', 'wshub.js'))}\n`)
