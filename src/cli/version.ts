import { createRequire } from 'node:module'
import { isRecord } from '../guards.ts'

/** The version of this package, as its package.json has it. */
export function packageVersion (): string {
  // By the package's own name: its place differs between the sources and what is built of them.
  const manifest: unknown = createRequire(import.meta.url)('wshub/package.json')
  return isRecord(manifest) ? String(manifest['version']) : ''
}
