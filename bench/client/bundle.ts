import { build } from 'esbuild'

/** Bundles what a text imports into one minified module for browsers. Rejects with esbuild's errors. */
export async function bundle (text: string, resolveDir: string): Promise<Uint8Array> {
  const { outputFiles: [file] } = await build({
    stdin: { contents: text, resolveDir },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    write: false,
    logLevel: 'silent'
  })
  if (file === undefined) throw new Error('esbuild made nothing')
  return file.contents
}
