import type { Logger } from '../../src/logger.ts'

/** One line that was logged. */
export interface LoggedLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly text: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** A logger that keeps its lines. */
export function recordLogs (lines: LoggedLine[] = [], bindings: object = {}): { logger: Logger, lines: LoggedLine[] } {
  const at = (level: LoggedLine['level']) => (fields: object, text: string): void => {
    lines.push({ level, text, fields: { ...bindings, ...fields } })
  }
  const child = (more: object): Logger => recordLogs(lines, { ...bindings, ...more }).logger
  return { logger: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), child }, lines }
}
