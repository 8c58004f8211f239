import type { Mutant, Verdict } from './mutant.ts'

const SECTION = /(<!-- mutants -->\n)([^]*)(<!-- \/mutants -->)/
const HEAD = '| control | taken out | name | what fails then |\n|---|---|---|---|\n'

/** A page with a table of all mutants between its marks: anew those that were tried, the others as they were there. Throws where there are no marks. */
export function withTable (page: string, mutants: readonly Mutant[], verdicts: readonly Verdict[]): string {
  const [, , before] = SECTION.exec(page) ?? []
  if (before === undefined) throw new Error('the page has no marks for the table')
  const rows = new Map([...before.split('\n').map((line): [string, string] => [nameIn(line), line]), ...verdicts.map(rowOf)])
  const lines = mutants.map(({ name }) => rows.get(name)).filter((line) => line !== undefined)
  return page.replace(SECTION, (_all, start: string, _before, end: string) => [start, HEAD, ...lines.map((line) => `${line}\n`), end].join(''))
}

function rowOf ({ mutant: { control, removed, name }, outcome, detail }: Verdict): [string, string] {
  const cells = [control, removed, `\`${name}\``, outcome === 'red' ? detail : `**${outcome}**: ${detail}`]
  return [name, `| ${cells.map(escapeCell).join(' | ')} |`]
}

function nameIn (row: string): string {
  return / \| `([a-z0-9-]+)` \| /.exec(row)?.[1] ?? ''
}

function escapeCell (text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}
