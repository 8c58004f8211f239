import { isObject, isRecord } from '../guards.ts'

/**
 * A schema in which references by `$id`, as recursive TypeBox schemas have them, are pointers into the document that it stands in:
 * readers of the document know no other. A schema without any is handed back as it is.
 */
export function pointedRefs (schema: object, pointer: string): object {
  const pointers = new Map<string, string>()
  notePointers(schema, pointer, pointers)
  return pointers.size === 0 ? schema : rewritten(schema, pointers)
}

function notePointers (schema: object, pointer: string, pointers: Map<string, string>): void {
  if (isRecord(schema) && typeof schema['$id'] === 'string') pointers.set(schema['$id'], pointer)
  for (const [key, value] of Object.entries(schema)) {
    if (isObject(value)) notePointers(value, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`, pointers)
  }
}

function rewritten (schema: object, pointers: ReadonlyMap<string, string>): object {
  if (Array.isArray(schema)) return schema.map((item: unknown) => isObject(item) ? rewritten(item, pointers) : item)
  const entries = Object.entries(schema).filter(([key, value]) => key !== '$id' || !pointers.has(value))
  return Object.fromEntries(entries.map(([key, value]) => {
    if (key === '$ref') return [key, pointers.get(value) ?? value]
    return [key, isObject(value) ? rewritten(value, pointers) : value]
  }))
}
