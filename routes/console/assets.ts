import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'

/** A file of the console as it goes out. */
export interface Asset {
  readonly type: string
  readonly body: Buffer
  /** Another one for other content. */
  readonly etag: string
}

/** Address below `/console` of the page itself. */
export const PAGE = 'index.html'

/** The client library in one file; the page's module of that name is for the compiler alone. */
const LIBRARY = 'wshub.js'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml'
}

/** Where the compiled files are; a service that runs from its sources shows the console of the last build. */
function builtFolder (): string {
  const root = join(import.meta.dirname, '..', '..')
  return import.meta.filename.endsWith('.ts') ? join(root, 'dist') : root
}

/** Reads the console's files, by their names; undefined where it has not been built. */
export function readAssets (built = builtFolder()): ReadonlyMap<string, Asset> | undefined {
  const folder = join(built, 'routes', 'console', 'page')
  const library = join(built, 'client', LIBRARY)
  if (![join(folder, PAGE), library].every((path) => existsSync(path))) return undefined
  const names = readdirSync(folder).filter((name) => Object.hasOwn(TYPES, extname(name)) && name !== LIBRARY)
  return new Map([...names.map((name) => [name, readAsset(join(folder, name))] as const), [LIBRARY, readAsset(library)]])
}

function readAsset (path: string): Asset {
  // The maps stay at home: without this line nobody asks for them.
  const body = Buffer.from(readFileSync(path, 'utf8').replace(/\n\/\/# sourceMappingURL=\S+\s*$/, '\n'))
  const etag = `"${createHash('sha256').update(body).digest('base64url')}"`
  return { type: TYPES[extname(path)] ?? 'application/octet-stream', body, etag }
}
