import { isRecord } from '../../guards.ts'

/** The JSON object that a text holds; undefined for anything else. What comes from Redis may be of another release. */
export function parseRecord (text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}
