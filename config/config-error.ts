/** The settings are no good: one error for all that is wrong, each problem naming its setting and never a secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly string[]

  constructor (problems: readonly string[]) {
    super(['invalid configuration:', ...problems].join('\n  '))
    this.problems = problems
  }
}
