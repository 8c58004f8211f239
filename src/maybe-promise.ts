import { isRecord } from './guards.ts'

/** A value that is there already, or will be: the in-process path stays synchronous, a networked one may wait. */
export type MaybePromise<T> = T | Promise<T>

/** True when a value has to be waited for. */
export function isPromise<T> (value: MaybePromise<T>): value is Promise<T> {
  return value instanceof Promise
}

/** Does a step; where it fails, at once or later, `onFailure` has the last word. */
export function attempt<T, F> (step: () => MaybePromise<T>, onFailure: (error: unknown) => MaybePromise<F>): MaybePromise<T | F> {
  try {
    const value = step()
    return isPromise(value) ? value.catch(onFailure) : value
  } catch (error) {
    return onFailure(error)
  }
}

/** Goes on with `next` at once when the value is there, else when it arrives. */
export function andThen<T, R> (value: MaybePromise<T>, next: (value: T) => MaybePromise<R>): MaybePromise<R> {
  return isPromise(value) ? value.then(next) : next(value)
}

/** A promise for what is only like one: query builders and the like are thenables. */
export function settled<T> (value: T | PromiseLike<T>): MaybePromise<T> {
  return isThenable(value) ? Promise.resolve(value) : value
}

function isThenable<T> (value: T | PromiseLike<T>): value is PromiseLike<T> {
  return isRecord(value) && typeof value['then'] === 'function'
}
