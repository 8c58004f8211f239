import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Folders of administrators' programs; they are not on everybody's path. */
const MORE_FOLDERS = ['/usr/local/sbin', '/usr/sbin']

/** The file of an installed program, or undefined. */
export function findProgram (name: string, path = process.env['PATH'] ?? ''): string | undefined {
  const files = [...path.split(delimiter), ...MORE_FOLDERS].filter((folder) => folder !== '').map((folder) => join(folder, name))
  return files.find(isExecutable)
}

function isExecutable (file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
