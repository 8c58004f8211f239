/** Matches one token, or at the end all that is left. */
const ANY_TOKEN = '*'
const ANY_REST = '>'

/**
 * Why a text cannot be a pattern of subjects, or undefined when it can: tokens between dots, of which each may be `*` and the last `>`.
 * What begins with `$` belongs to the server.
 */
export function subjectProblem (subject: string): string | undefined {
  const tokens = subject.split('.')
  const isFit = tokens.every((token, index) => isToken(token) || token === ANY_TOKEN || (token === ANY_REST && index === tokens.length - 1))
  if (!isFit) return 'a subject such as match.proposal, ride.* or ride.>'
  return subject.startsWith('$') ? 'a subject that does not begin with $' : undefined
}

function isToken (text: string): boolean {
  return /^[^\s\p{Cc}*>]+$/u.test(text)
}

/** True when everything that the second pattern fits the first one fits, too; a plain subject is a pattern of itself. */
export function covers (pattern: string, subject: string): boolean {
  const wanted = pattern.split('.')
  const given = subject.split('.')
  for (const [index, token] of wanted.entries()) {
    const counterpart = given[index]
    if (counterpart === undefined) return false
    if (token === ANY_REST) return true
    if (counterpart === ANY_REST) return false
    if (token !== ANY_TOKEN && token !== counterpart) return false
  }
  return wanted.length === given.length
}

/** True for a subject with wildcards. */
export function isPattern (subject: string): boolean {
  return subject.split('.').some((token) => token === ANY_TOKEN || token === ANY_REST)
}

/** The patterns without those that others of them cover. */
export function broadest (subjects: readonly string[]): string[] {
  const distinct = [...new Set(subjects)]
  return distinct.filter((subject) => !distinct.some((other) => other !== subject && covers(other, subject)))
}

/** True when two patterns fit a subject in common. */
export function overlap (one: string, other: string): boolean {
  const left = one.split('.')
  const right = other.split('.')
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const [a, b] = [left[index], right[index]]
    if (a === ANY_REST || b === ANY_REST) return true
    if (a !== b && a !== ANY_TOKEN && b !== ANY_TOKEN) return false
  }
  return left.length === right.length
}
