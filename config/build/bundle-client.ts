import { statSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/** What browsers load before anything works: the promise of a small library is kept here. */
const MOST_GZIPPED_BYTES = 10 * 1024

/** Bundles the compiled client library into one module for browsers, with its source map. Returns a line about its size; throws when it has grown too large. */
export async function bundleClient (entry: string, outfile: string): Promise<string> {
  await build({ entryPoints: [entry], outfile, bundle: true, format: 'esm', target: 'es2022', platform: 'neutral', minify: true, sourcemap: true, logLevel: 'warning' })
  const gzipped = gzipSync(readFileSync(outfile), { level: 9 }).length
  if (gzipped > MOST_GZIPPED_BYTES) throw new Error(`${outfile}: expected at most ${MOST_GZIPPED_BYTES} bytes gzipped, got ${gzipped}`)
  return `client library: ${statSync(outfile).size} bytes, ${gzipped} gzipped`
}
