import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { projectRoot } from '../../support/project-root.ts'

/** The titles of all tests in `*.test.ts`; of those files alone whose text is worth a look: taking one apart takes milliseconds. */
export function testTitles (isWorthALook: (source: string) => boolean = () => true): string[] {
  const folder = join(projectRoot, 'test')
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .filter(isWorthALook)
    .flatMap(titlesIn)
}

/**
 * The titles of the tests in a file: what `t.test` and `test` get first. A test without a function, or with an empty one, has none; nor has one that is skipped
 * or to be done, with all inside.
 */
export function titlesIn (source: string): string[] {
  const titles: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isTest(node)) {
      if (node.arguments.some(putsOff)) return
      if (node.arguments.slice(1).some(doesSomething)) titles.push(textOf(node.arguments[0]))
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile('a.test.ts', source, ts.ScriptTarget.Latest))
  return titles
}

function isTest ({ expression }: ts.CallExpression): boolean {
  const name = ts.isPropertyAccessExpression(expression) ? expression.name : expression
  return ts.isIdentifier(name) && name.text === 'test'
}

function doesSomething (node: ts.Node): boolean {
  if (!ts.isArrowFunction(node) && !ts.isFunctionExpression(node)) return false
  return !ts.isBlock(node.body) || node.body.statements.length > 0
}

/** True for options with `skip` or `todo`. */
function putsOff (node: ts.Node): boolean {
  return ts.isObjectLiteralExpression(node) &&
    node.properties.some(({ name }) => name !== undefined && (ts.isIdentifier(name) || ts.isStringLiteral(name)) && ['skip', 'todo'].includes(name.text))
}

/** What stands in a text for certain: of a template all but its values. */
function textOf (node: ts.Node | undefined): string {
  if (node === undefined) return ''
  if (ts.isStringLiteralLike(node)) return node.text
  if (ts.isTemplateExpression(node)) return [node.head, ...node.templateSpans.map(({ literal }) => literal)].map(({ text }) => text).join(' ')
  return ''
}
