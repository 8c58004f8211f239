/** True for arrays and objects. */
export function isObject (value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** True for objects that are no arrays. */
export function isRecord (value: unknown): value is Record<string, unknown> {
  return isObject(value) && !Array.isArray(value)
}
