/** A request as `curl` makes it. */
export interface CurlRequest {
  readonly url: string
  readonly method: string
  readonly headers: Record<string, string>
  readonly body: string | undefined
}

/** The `curl` commands of a script; values in `$NAME` are filled in. */
export function curlsIn (script: string, variables: Readonly<Record<string, string>>): CurlRequest[] {
  const lines = script.replaceAll('\\\n', ' ').split('\n').filter((line) => line.startsWith('curl '))
  return lines.map((line) => toRequest(line.replaceAll(/\$(\w+)/g, (_all, name: string) => variables[name] ?? '')))
}

function toRequest (line: string): CurlRequest {
  const [url = ''] = /https?:\/\/\S+/.exec(line) ?? []
  const [, method = 'GET'] = / -X (\w+)/.exec(line) ?? []
  const headers = [...line.matchAll(/ -H ["']([^:]+): ([^"']*)["']/g)].map(([, name = '', value = '']): [string, string] => [name, value])
  const [, body] = / -d '([^']*)'/.exec(line) ?? []
  return { url, method, headers: Object.fromEntries(headers), body }
}
