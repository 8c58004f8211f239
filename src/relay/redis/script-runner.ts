/** A Lua script that Redis runs as one step. */
export interface Script {
  /** Says in tests and traces what it is. */
  readonly name: string
  readonly lua: string
}

/** What a script is given beside its keys. */
export type ScriptArgument = string | number | Buffer

/** Runs scripts. What cannot be confirmed within a second is refused, though it may still have been done. */
export interface ScriptRunner {
  /** The script's answer to keys that are all in one slot; rejects with `UNAVAILABLE` when there was none in time, or an error. */
  run (script: Script, keys: readonly string[], args: readonly ScriptArgument[]): Promise<unknown>
  /** True while calls are likely to be answered. */
  readonly isReady: boolean
}
