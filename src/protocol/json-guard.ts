import { isObject } from '../guards.ts'

/** Deepest nesting of arrays and objects that a frame may have, the envelope itself included. */
const MAX_JSON_DEPTH = 33

/** Longest part of a path that is repeated to the client: its keys may be as long as the frame. */
const MAX_PATH_UNITS = 64

interface Step {
  readonly value: object
  readonly depth: number
  readonly path: string
}

/**
 * Looks for what would be dangerous to hand on: nesting so deep that a recursive reader overflows its stack, and keys
 * that change an object's prototype when copied. Returns what is wrong and where, or undefined.
 */
export function jsonProblem (root: object): string | undefined {
  const stack: Step[] = [{ value: root, depth: 1, path: '' }]
  for (let step = stack.pop(); step !== undefined; step = stack.pop()) {
    if (step.depth > MAX_JSON_DEPTH) return `${shortPath(step.path)}: expected at most ${MAX_JSON_DEPTH - 1} levels of nesting`
    const problem = Array.isArray(step.value) ? pushItems(stack, step, step.value) : pushProperties(stack, step)
    if (problem !== undefined) return problem
  }
  return undefined
}

/** The beginning of a path into a client's JSON, for a text or a log line. */
export function shortPath (path: string): string {
  return path.length > MAX_PATH_UNITS ? `${path.slice(0, MAX_PATH_UNITS)}…` : path
}

function pushItems (stack: Step[], { depth, path }: Step, items: unknown[]): undefined {
  for (const value of items) {
    if (isObject(value)) stack.push({ value, depth: depth + 1, path: `${path}/*` })
  }
}

function pushProperties (stack: Step[], { value: owner, depth, path }: Step): string | undefined {
  for (const [key, value] of Object.entries(owner)) {
    if (isPoison(key, value)) return `${shortPath(path)}/${key}: expected no such key`
    if (isObject(value)) stack.push({ value, depth: depth + 1, path: `${path}/${key}` })
  }
}

function isPoison (key: string, value: unknown): boolean {
  return key === '__proto__' || (key === 'constructor' && isObject(value) && Object.hasOwn(value, 'prototype'))
}
