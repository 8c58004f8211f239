/** `token` or `ticket` with any letter in upper case or percent-encoded, also more than once. */
const SECRET_KEY = new RegExp(['token', 'ticket'].map((word) => [...word].map(anySpelling).join('')).join('|'), 'i')
const EQUALS = /=|%(?:25)*3d/i
/** A run in which a JWT may stand. */
const TOKEN_RUN = /[\w.%-]+/g
/** What can hold a secret at all; most texts cannot. */
const SUSPICIOUS = /token|ticket|%|eyJ/i
/** A run without white space, written out or as an escape, inside a string of a JSON line; other escapes stay in one piece. */
const WORD = /(?:[^\s"\\]|\\[^nrt])+/g

const TEXT = '"(?:[^"\\\\]|\\\\.)*"'
/** Fields and headers of a JSON line whose texts are secret as a whole, at any depth. */
const SECRET_FIELD = new RegExp(
  `("(?:authorization|cookie|set-cookie|sec-websocket-protocol|token|ticket|jwtSecret(?:Next)?|rawHeaders)":)(?:${TEXT}|\\[(?:${TEXT},?)*\\])`, 'gi')

/** The URL with `***` for each token, ticket or JWT in it, wherever it stands and however the key is spelt. */
export function redactUrl (url: string): string {
  if (!SUSPICIOUS.test(url)) return url
  const redacted = url.split('&').map(redactParameter).join('&')
  return redacted.includes('eyJ') ? redacted.replace(TOKEN_RUN, redactJwt) : redacted
}

/** A line of a JSON log with `***` for every secret field and every token that is part of a text; it stays valid JSON. */
export function redactLine (line: string): string {
  const shown = line.replace(SECRET_FIELD, '$1"***"')
  return SUSPICIOUS.test(shown) ? shown.replace(WORD, redactUrl) : shown
}

/** Hides from the key on: a key such as `token%3Dvalue` is a value too. */
function redactParameter (part: string): string {
  const key = SECRET_KEY.exec(part)
  if (key === null) return part
  const end = key.index + key[0].length
  return EQUALS.test(part.slice(end)) ? `${part.slice(0, end)}=***` : part
}

/** A JWT begins with `eyJ`, the start of a JSON header in base64, and has dots; eleven letters hold the shortest header. */
function redactJwt (run: string): string {
  const start = run.indexOf('eyJ')
  if (start < 0) return run
  const lastDot = Math.max(run.lastIndexOf('.'), run.toLowerCase().lastIndexOf('2e'))
  return lastDot >= start + 11 ? `${run.slice(0, start)}***` : run
}

function anySpelling (letter: string): string {
  const codes = [letter, letter.toUpperCase()].map((form) => form.charCodeAt(0).toString(16))
  return `(?:${letter}|%(?:25)*(?:${codes.join('|')}))`
}
