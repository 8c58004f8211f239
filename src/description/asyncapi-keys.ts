/**
 * A name for each message type that can stand in a document's paths: characters other than letters, digits, `.`, `-` and `_` are replaced,
 * and what would be the same name twice gets a number.
 */
export function keysOf (prefix: string, types: readonly string[]): ReadonlyMap<string, string> {
  const keys = new Map<string, string>()
  const taken = new Set<string>()
  for (const type of types) {
    const plain = `${prefix}.${type.replace(/[^\w.-]/g, '_')}`
    let key = plain
    for (let number = 2; taken.has(key); number += 1) key = `${plain}_${number}`
    taken.add(key)
    keys.set(type, key)
  }
  return keys
}
