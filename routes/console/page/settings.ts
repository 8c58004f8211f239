/** What the service says of itself to the console. */
export interface Settings {
  readonly paths: readonly string[]
  readonly dialects: readonly string[]
  readonly admin_roles: readonly string[]
  /** Whether it makes tokens for whoever asks from here. */
  readonly tokens: boolean
}

/** An address of the service from a path of its own; a proxy may have put another path before all of them. */
export function addressOf (path: string): URL {
  return new URL(path.replace(/^\//, ''), new URL('.', location.href))
}

/** The address of the socket. */
export function socketAddress ({ paths: [path = '/ws'] }: Settings): URL {
  const url = addressOf(path)
  url.protocol = url.protocol.replace('http', 'ws')
  return url
}

export async function loadSettings (): Promise<Settings> {
  return await (await fetch(addressOf('console/settings.json'))).json() as Settings
}
