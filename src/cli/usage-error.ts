/** The command line is no good; the text names the flag or argument, and never a secret. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
