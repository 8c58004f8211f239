import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The directory of this package's `package.json`, the same for sources and for compiled files. */
export const projectRoot = findUp(dirname(fileURLToPath(import.meta.url)))

function findUp (directory: string): string {
  const parent = dirname(directory)
  if (parent === directory || existsSync(join(directory, 'package.json'))) return directory
  return findUp(parent)
}
