/** A value that is there already, or will be: the in-process path stays synchronous, a networked one may wait. */
export type MaybePromise<T> = T | Promise<T>

/** True when a value has to be waited for. */
export function isPromise<T> (value: MaybePromise<T>): value is Promise<T> {
  return value instanceof Promise
}

/** Goes on with `next` at once when the value is there, else when it arrives. */
export function andThen<T, R> (value: MaybePromise<T>, next: (value: T) => MaybePromise<R>): MaybePromise<R> {
  return isPromise(value) ? value.then(next) : next(value)
}
