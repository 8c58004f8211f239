import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { settingsMarkdown } from '../../config/help.ts'
import { projectRoot } from '../support/project-root.ts'

/** Writes the settings table of the README anew. */
const path = join(projectRoot, 'README.md')
const text = readFileSync(path, 'utf8')
const section = /(<!-- settings -->\n)[^]*(<!-- \/settings -->)/
writeFileSync(path, text.replace(section, (_all, start: string, end: string) => `${start}${settingsMarkdown()}${end}`))
