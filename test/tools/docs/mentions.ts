/** Names in a text, each kind as it is written in these pages. */
export interface Mentions {
  /** In capitals with an underscore: settings, error codes and variables of the reader's own. */
  readonly capitals: readonly string[]
  /** `GET /path`. */
  readonly routes: readonly string[]
  /** Paths of addresses of the service. */
  readonly paths: readonly string[]
  readonly closeCodes: readonly number[]
  /** `npm run NAME`. */
  readonly scripts: readonly string[]
  /** `wshub COMMAND`, each with its flags. */
  readonly commands: ReadonlyArray<{ readonly name: string, readonly flags: readonly string[] }>
  /** Names of metrics. */
  readonly metrics: readonly string[]
  /** «Texts» of the log. */
  readonly logTexts: readonly string[]
}

/** Finds the names of a text. */
export function mentionsIn (text: string): Mentions {
  return {
    capitals: all(text, /(?<![\w$])([A-Z][A-Z0-9]*_[A-Z0-9_]+)\b/g),
    routes: all(text, /`((?:GET|POST|DELETE|PUT|PATCH) \/[^`\s]*)`/g),
    paths: all(text, /localhost:8080(\/[\w/]*)/g),
    closeCodes: all(text, /(?<![\d.,:-])(10(?:0\d|1[0-5])|40\d\d)(?![\d:]|[.,]\d)/g).map(Number),
    scripts: all(text, /npm run ([\w:-]+)/g),
    commands: commandsIn(text),
    metrics: all(text, /\b((?:websocket|wshub|process|nodejs)_[a-z_]+)\b/g),
    logTexts: all(text, /«([^»]+)»/g)
  }
}

/** A command in `$(…)` has flags of its own; what is behind a `#` is a comment. */
function commandsIn (text: string): Mentions['commands'] {
  const inner = all(text, /\$\(([^)]*)\)/g)
  const lines = [text.replaceAll(/\$\([^)]*\)/g, ''), ...inner].join('\n').replaceAll('\\\n', ' ').replaceAll(/ #.*/g, '')
  return [...lines.matchAll(/npx wshub ([a-z-]+)([^`\n]*)/g)].map(([, name = '', rest = '']) => ({ name, flags: all(rest, /(--[a-z-]+)/g) }))
}

function all (text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, found = '']) => found))]
}
