import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { projectRoot } from '../../support/project-root.ts'

/** A page of the documentation, by its path from the repository's root. */
export interface Page {
  readonly path: string
  readonly text: string
}

/** A block of code, with the language that it is marked with. */
export interface Block {
  readonly language: string
  readonly code: string
}

/** The pages under `docs/`. */
export function readPages (): Page[] {
  return readdirSync(join(projectRoot, 'docs')).filter((name) => name.endsWith('.md')).sort().map((name) => readPage(`docs/${name}`))
}

/** One page. */
export function readPage (path: string): Page {
  return { path, text: readFileSync(join(projectRoot, path), 'utf8') }
}

/** What stands under a heading of a page, up to the next of its level; throws where there is none. */
export function sectionOf ({ path, text }: Page, title: string): string {
  const headings = [...text.matchAll(/^(#+) (.+)$/gm)]
  const start = headings.findIndex(([, , found]) => found === title)
  const heading = headings[start]
  if (heading === undefined) throw new Error(`${path} has no section ${title}`)
  const [line, level = ''] = heading
  const end = headings.slice(start + 1).find(([, other = '']) => other.length <= level.length)
  return text.slice(heading.index + line.length, end?.index)
}

/** The blocks of code of a text. */
export function blocksIn (text: string): Block[] {
  return [...text.matchAll(/^( *)```(\w+)\n(.*?)^ *```$/gms)].map(([, indent = '', language = '', code = '']) => (
    { language, code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), '') }
  ))
}

/** Links of a page that lead nowhere. */
export function deadLinks ({ path, text }: Page): string[] {
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target).filter((target) => !/^[a-z]+:/.test(target))
  return targets.filter((target) => {
    const [file = '', anchor] = target.split('#')
    const found = file === '' ? path : join(dirname(path), file)
    return !existsSync(join(projectRoot, found)) || (anchor !== undefined && !anchorsIn(readPage(found).text).includes(anchor))
  })
}

function anchorsIn (text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => title.toLowerCase().replaceAll(/[^\w\s-]/g, '').replaceAll(' ', '-'))
}
