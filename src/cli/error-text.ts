/** What to tell a person about something thrown. */
export function errorText (error: unknown): string {
  // Node tries several addresses of a name and leaves the text of the whole empty.
  if (error instanceof AggregateError && error.message === '') return error.errors.map(errorText).join('; ')
  return error instanceof Error ? error.message || error.name : String(error)
}
