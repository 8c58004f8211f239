import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { schemaFiles } from '../../src/description/schema-files.ts'

/** Writes the JSON schemas of the protocol under a folder, as the package holds them. */
export function writeSchemas (folder: string): void {
  for (const [name, content] of schemaFiles()) {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, `${JSON.stringify(content, null, 2)}\n`)
  }
}
