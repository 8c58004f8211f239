import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const HTML = '<!doctype html><title>wshub</title><link rel="icon" href="data:,"><script type="module" src="page.js"></script>'

/** A small site. */
export interface Site {
  /** Where the page of a script is. */
  urlOf (name: string): string
  close (): void
}

/** Serves a page for each script by its name. */
export async function startSite (scripts: ReadonlyMap<string, Uint8Array>): Promise<Site> {
  const server = createServer(({ url = '/' }, response) => {
    const [, name = '', file] = url.split('/').map(decodeURIComponent)
    const isScript = file === 'page.js'
    response.setHeader('content-type', `${isScript ? 'text/javascript' : 'text/html'}; charset=utf-8`)
    response.end(isScript ? scripts.get(name) : HTML)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    urlOf: (name) => `http://127.0.0.1:${port}/${encodeURIComponent(name)}/`,
    close: () => {
      server.close()
      server.closeAllConnections()
    }
  }
}
