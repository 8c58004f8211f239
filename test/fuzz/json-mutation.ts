import type { Random } from '../faults/random.ts'
import { hostileIds, hostileNames, hostileValue, notEnvelopes } from './hostile.ts'

/** A property as it stands in JSON: the key between its quotes, the value as JSON text. */
export type Entry = readonly [key: string, value: string]

/** Changes one thing about an object. */
type Mutation = (entries: readonly Entry[], random: Random) => readonly Entry[]

const KNOWN_KEYS = ['type', 'id', 'room', 'payload', 'data', 'sender', 'timestamp', 'seq', 'topic', 'error', 'room_id', 'text', 'content', 'since', 'topics', 'target', 'except', 'message']
const SPACES = [' ', '\n', '\t', '\r\n', '  ']

const replaceValue: Mutation = (entries, random) => changed(entries, random, ([key]) => [[key, hostileValue(random)]])
const drop: Mutation = (entries, random) => changed(entries, random, () => [])
const duplicate: Mutation = (entries, random) => changed(entries, random, ([key, value]) => [[key, value], [key, random.chance(0.5) ? value : hostileValue(random)]])
const nest: Mutation = (entries, random) => changed(entries, random, ([key, value]) => [[key, random.chance(0.5) ? `[${value}]` : `{"${random.pick(KNOWN_KEYS)}":${value}}`]])
const rename: Mutation = (entries, random) => changed(entries, random, ([, value]) => [[random.pick(KNOWN_KEYS), value]])
const addKnown: Mutation = (entries, random) => [...entries, [random.pick(KNOWN_KEYS), hostileValue(random)]]
const addAny: Mutation = (entries, random) => [[JSON.stringify(random.pick(hostileNames)).slice(1, -1), hostileValue(random)], ...entries]
const poison: Mutation = (entries, random) => [...entries, [random.pick(['__proto__', '\\u005f_proto__', 'constructor', 'prototype']), random.pick(['{"prototype":{"polluted":1}}', '{"polluted":1}', 'null', '[]'])]]
const badId: Mutation = (entries, random) => [...entries.filter(([key]) => key !== 'id'), ['id', random.pick(hostileIds)]]
const badRoom: Mutation = (entries, random) => [...entries.filter(([key]) => key !== 'room'), ['room', JSON.stringify(random.pick(hostileNames))]]
const badType: Mutation = (entries, random) => entries.map(([key, value]) => key === 'type' ? [key, JSON.stringify(random.pick(hostileNames))] : [key, value])
const inside: Mutation = (entries, random) => changed(entries, random, ([key, value]) => [[key, insertInto(value, random)]])

const mutations: readonly Mutation[] = [replaceValue, replaceValue, drop, duplicate, nest, rename, addKnown, addAny, poison, badId, badRoom, badRoom, badType, inside, inside]

/** An object with so many things changed. */
export function mutate (entries: readonly Entry[], random: Random, times: number): readonly Entry[] {
  let result = entries
  for (let time = 0; time < times; time += 1) result = random.pick(mutations)(result, random)
  return result
}

/** The JSON text of an object, with whitespace here and there. */
export function render (entries: readonly Entry[], random: Random): string {
  const space = random.chance(0.05) ? random.pick(SPACES) : ''
  return `{${space}${entries.map(([key, value]) => `"${key}"${space}:${value}`).join(`,${space}`)}}${space}`
}

/** A text that may no longer be JSON. */
export function breakText (text: string, random: Random): string {
  if (random.chance(0.3)) return random.pick(notEnvelopes)
  const at = random.integer(0, text.length)
  switch (random.integer(0, 3)) {
    case 0: return text.slice(0, at)
    case 1: return text.slice(at)
    case 2: return text.slice(0, at) + random.pick(['"', '{', '}', '[', ']', ',', ':', '\\', '\u0000', '\ufeff', '0', 'e', '\ud800', '😀']) + text.slice(at)
    default: return text.slice(0, at) + text.slice(at + random.integer(1, 4))
  }
}

function changed (entries: readonly Entry[], random: Random, change: (entry: Entry) => readonly Entry[]): readonly Entry[] {
  if (entries.length === 0) return entries
  const chosen = random.integer(0, entries.length - 1)
  return entries.flatMap((entry, index) => index === chosen ? change(entry) : [entry])
}

/** Puts a property or an item into a value that can hold one. */
function insertInto (value: string, random: Random): string {
  const content = hostileValue(random)
  if (value.startsWith('{')) return `{"${random.pick(KNOWN_KEYS)}":${content}${value === '{}' ? '' : ','}${value.slice(1)}`
  if (value.startsWith('[')) return `[${content}${value === '[]' ? '' : ','}${value.slice(1)}`
  return content
}
