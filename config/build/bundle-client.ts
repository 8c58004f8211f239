import { statSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/** A client library as it is published. */
export interface ClientBundle {
  readonly name: string
  /** Its compiled main module. */
  readonly entry: string
  readonly outfile: string
  /** What browsers load before anything works: the promise of a small library is kept here. */
  readonly mostGzippedBytes: number
}

/** Bundles a compiled client library into one module for browsers, with its source map. Returns a line about its size; throws when it has grown too large. */
export async function bundleClient ({ name, entry, outfile, mostGzippedBytes }: ClientBundle): Promise<string> {
  await build({ entryPoints: [entry], outfile, bundle: true, format: 'esm', target: 'es2022', platform: 'neutral', minify: true, sourcemap: true, logLevel: 'warning' })
  const gzipped = gzipSync(readFileSync(outfile), { level: 9 }).length
  if (gzipped > mostGzippedBytes) throw new Error(`${outfile}: expected at most ${mostGzippedBytes} bytes gzipped, got ${gzipped}`)
  return `${name}: ${statSync(outfile).size} bytes, ${gzipped} gzipped`
}
