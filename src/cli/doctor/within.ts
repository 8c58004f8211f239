import { within as withinTime } from '../../within.ts'

/** Waits for so long at most, ms; throws an error that names what did not come. */
export async function within<T> (promise: Promise<T>, timeoutMs: number, what: string): Promise<T> {
  return await withinTime(promise, timeoutMs, () => new Error(`${what} did not come within ${timeoutMs} ms`))
}
