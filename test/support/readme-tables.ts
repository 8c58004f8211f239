import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from './project-root.ts'

/** The text of the README. */
export const readme = readFileSync(join(projectRoot, 'README.md'), 'utf8')

/** The rows of all tables under a heading of the README, as lists of cells without their backticks; heads and rules between them are left out. */
export function tablesUnder (heading: string): string[][][] {
  const [, section = ''] = readme.split(new RegExp(`^#+ ${heading}$`, 'm'))
  const text = section.split(/^#/m)[0] ?? ''
  return text.split(/\n(?!\|)/).map((part) => part.split('\n').filter((line) => line.startsWith('|'))).filter((lines) => lines.length > 2)
    .map((lines) => lines.map((line) => line.slice(1, -1).split('|').map((cell) => cell.trim().replaceAll('`', ''))).filter((_cells, index) => index !== 1))
}
