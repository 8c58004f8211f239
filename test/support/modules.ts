import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import ts from 'typescript'
import { projectRoot } from './project-root.ts'

/** One import or re-export of a module. */
export interface Import {
  /** A path from the repository's root, or a package. */
  readonly target: string
  /** True when nothing of it is left after compiling. */
  readonly isTypeOnly: boolean
}

/** A source file, by its path from the repository's root. */
export interface Module {
  readonly path: string
  readonly source: ts.SourceFile
  readonly imports: readonly Import[]
}

/** Reads every TypeScript file under the given folders. */
export function modulesIn (...folders: string[]): Module[] {
  return folders.flatMap((folder) => readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readModule(join(folder, name))))
}

/** All nodes of a module for which the test holds, as `path:line`. */
export function placesOf ({ path, source }: Module, test: (node: ts.Node) => boolean): string[] {
  const places: string[] = []
  const visit = (node: ts.Node): void => {
    if (test(node)) places.push(`${path}:${source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1}`)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return places
}

function readModule (path: string): Module {
  const source = ts.createSourceFile(path, readFileSync(join(projectRoot, path), 'utf8'), ts.ScriptTarget.Latest)
  return { path, source, imports: source.statements.flatMap((statement) => importOf(path, statement)) }
}

function importOf (path: string, statement: ts.Statement): Import[] {
  const isImport = ts.isImportDeclaration(statement)
  if (!isImport && !ts.isExportDeclaration(statement)) return []
  const { moduleSpecifier } = statement
  if (moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier)) return []
  const isTypeOnly = isImport ? statement.importClause?.isTypeOnly === true : statement.isTypeOnly
  const name = moduleSpecifier.text
  return [{ target: name.startsWith('.') ? relative('', join(dirname(path), name)) : name, isTypeOnly }]
}
