import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { projectRoot } from '../../examples/replay/project-root.ts'
import { bundle } from './bundle.ts'

/** Bytes of a library as a browser loads it. */
export interface Size {
  readonly name: string
  readonly minified: number
  /** With zlib's level 9. */
  readonly gzip: number
  /** With brotli's highest quality. */
  readonly brotli: number
}

const GZIP_LEVEL = 9
const BENCH = join(projectRoot, 'bench')

/** Sizes of the client library's file as it is published, and of others bundled as it was. Needs a build and the installed peers. */
export async function measureSizes (): Promise<Size[]> {
  const socketIo = join(BENCH, 'node_modules', 'socket.io-client', 'dist', 'socket.io.esm.min.js')
  return [
    sizeOf('wshub', readFileSync(join(projectRoot, 'dist', 'client', 'wshub.js'))),
    sizeOf('wshub-binary', readFileSync(join(projectRoot, 'dist', 'client', 'wshub-binary.js'))),
    sizeOf('socket.io-client', await bundle('export * from \'socket.io-client\'', BENCH)),
    sizeOf('socket.io-client, its own `dist/socket.io.esm.min.js`', readFileSync(socketIo)),
    sizeOf('centrifuge', await bundle('export * from \'centrifuge\'', BENCH))
  ]
}

/** Size of a minified file. */
export function sizeOf (name: string, file: Uint8Array): Size {
  return { name, minified: file.length, gzip: gzipSync(file, { level: GZIP_LEVEL }).length, brotli: brotliCompressSync(file).length }
}

/** Version of a package that was installed to compare with. */
export function versionOf (name: string): string {
  return JSON.parse(readFileSync(join(BENCH, 'node_modules', name, 'package.json'), 'utf8')).version
}
