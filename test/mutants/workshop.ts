import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withEdit, type Edit } from './mutant.ts'

/** A copy of the compiled project, in which anything may be changed. */
export interface Workshop {
  readonly folder: string
  /** Does something while the edits are in the copy. Throws, before it begins, where one of them fits no more. */
  with<T> (edits: readonly Edit[], work: () => Promise<T>): Promise<T>
  remove (): void
}

/** Copies `dist`; of all else, the installed packages among it, there are links. */
export function openWorkshop (root: string): Workshop {
  const folder = mkdtempSync(join(tmpdir(), 'wshub-mutants-'))
  for (const name of readdirSync(root)) {
    if (name !== 'dist' && name !== '.git') symlinkSync(join(root, name), join(folder, name))
  }
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true })
  return {
    folder,
    async with (edits, work) {
      const before = new Map<string, string>()
      try {
        for (const edit of edits) change(join(folder, 'dist', edit.file), edit, before)
        return await work()
      } finally {
        for (const [path, source] of before) writeFileSync(path, source)
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true })
  }
}

/** Notes how a file was before its first change. */
function change (path: string, edit: Edit, before: Map<string, string>): void {
  const source = readFileSync(path, 'utf8')
  const changed = withEdit(source, edit)
  if (!before.has(path)) before.set(path, source)
  writeFileSync(path, changed)
}
