import { cpSync } from 'node:fs'
import { extname } from 'node:path'

/** Copies what of the console's page is not compiled: markup, styles, pictures. */
export function copyConsole (from: string, to: string): void {
  cpSync(from, to, { recursive: true, filter: (path) => !['.ts', '.js', '.map'].includes(extname(path)) })
}
