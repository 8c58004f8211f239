import { dialects } from '../protocol/dialects/index.ts'

/** How a client may show who it is. */
export interface Access {
  /** Places where a token is looked for, in this order. A ticket is taken in any case. */
  readonly tokenSources: ReadonlyArray<'query' | 'protocol' | 'header'>
}

const schemes = {
  header: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'A JWT in `Authorization: Bearer`.' },
  protocol: {
    type: 'httpApiKey',
    in: 'header',
    name: 'Sec-WebSocket-Protocol',
    description: 'The two subprotocols `bearer, <JWT>`, with the dialect beside them if one likes: a browser\'s `new WebSocket(url, ["hub.v1", "bearer", token])`.'
  },
  query: { type: 'httpApiKey', in: 'query', name: 'token', description: 'A JWT in `?token=`. Addresses end up in the logs of proxies: prefer the other places.' },
  ticket: { type: 'httpApiKey', in: 'query', name: 'ticket', description: 'A ticket in `?ticket=`, good for one connection, from `POST /ws/ticket`.' }
}

type SchemeName = keyof typeof schemes

/** Security schemes of the document. */
export function securitySchemes (access: Access): Partial<Record<SchemeName, object>> {
  return Object.fromEntries(schemeNames(access).map((name) => [name, schemes[name]]))
}

/** The schemes of which a client needs one. */
export function security (access: Access): object[] {
  return schemeNames(access).map((name) => ({ $ref: `#/components/securitySchemes/${name}` }))
}

/** Query and headers of a handshake. */
export function handshakeBinding (access: Access): object {
  const names = new Set(schemeNames(access))
  const query = {
    ...(names.has('query') && { token: { type: 'string', description: 'A JWT.' } }),
    ticket: { type: 'string', description: 'A ticket in place of a token, whatever else is given.' },
    dialect: { type: 'string', enum: [...dialects.keys()], description: 'The dialect to speak, where the subprotocols name none.' },
    refusal: { type: 'string', enum: ['close'], description: 'For a client that can see no HTTP status: it is refused with a close code, as browsers are.' }
  }
  const headers = {
    ...(names.has('header') && { Authorization: { type: 'string', description: '`Bearer <JWT>`' } }),
    'Sec-WebSocket-Protocol': { type: 'string', description: 'The dialect, or `bearer, <JWT>`, or both.' }
  }
  return {
    method: 'GET',
    query: { type: 'object', properties: query },
    headers: { type: 'object', properties: headers },
    bindingVersion: '0.1.0'
  }
}

function schemeNames ({ tokenSources }: Access): SchemeName[] {
  return [...tokenSources, 'ticket']
}
