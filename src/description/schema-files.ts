import { hubV1 } from '../protocol/dialects/hub-v1.ts'
import { notification } from '../protocol/schemas/notification-frame.ts'
import { serverMessages } from '../protocol/schemas/server-messages.ts'
import { asyncapiDocument, defaultSocket } from './asyncapi.ts'
import { requests } from './requests.ts'

const DRAFT = 'http://json-schema.org/draft-07/schema#'

/** The description as files, by their path: JSON schemas of every envelope, all of them in one, and the AsyncAPI document. */
export function schemaFiles (): ReadonlyMap<string, object> {
  const envelopes = [
    ...requests.map(({ type, schema }) => [`client.${type}`, schema] as const),
    ...[...serverMessages, notification].map(({ type, schema }) => [`server.${type}`, schema] as const)
  ]
  return new Map([
    ...envelopes.map(([name, schema]) => [`${hubV1.name}/${name}.json`, { $schema: DRAFT, $id: idOf(name), ...schema }] as const),
    [`${hubV1.name}/index.json`, bundle(envelopes)],
    ['asyncapi.json', document()]
  ])
}

/** All envelopes in one schema; `client` and `server` among its definitions are those of each direction. */
function bundle (envelopes: ReadonlyArray<readonly [name: string, schema: object]>): object {
  const anyOf = (prefix: string) => ({ anyOf: envelopes.filter(([name]) => name.startsWith(prefix)).map(([name]) => ({ $ref: `#/definitions/${name}` })) })
  return {
    $schema: DRAFT,
    $id: idOf('index'),
    title: `Envelopes of ${hubV1.name}`,
    anyOf: [{ $ref: '#/definitions/client' }, { $ref: '#/definitions/server' }],
    definitions: {
      client: { title: 'What a client sends', ...anyOf('client.') },
      server: { title: 'What the server sends', ...anyOf('server.') },
      ...Object.fromEntries(envelopes)
    }
  }
}

/** The document of a service of which nothing is known but the defaults. */
function document (): object {
  return asyncapiDocument({ ...defaultSocket, server: { host: 'localhost:8080', protocol: 'ws' }, requests })
}

function idOf (name: string): string {
  return `urn:wshub:${hubV1.name}:${name}`
}
