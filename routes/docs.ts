import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Type } from '@sinclair/typebox'
import type { FastifyPluginAsync } from 'fastify'
import { asyncapiDocument, defaultSocket } from '../src/description/asyncapi.ts'
import { customRequest } from '../src/description/custom-request.ts'
import { requests } from '../src/description/requests.ts'
import { isReservedType } from '../src/protocol/reserved-types.ts'
import type { ConnectOptions } from './ws/connect.ts'

/** What of the socket its description names; what is left out has the default of the settings table. */
export type DocsRoutesOptions = Partial<Pick<ConnectOptions, 'paths' | 'tokenSources'>>

/** Where a build puts it; a service that runs from its sources has it in them. */
const PROTO = import.meta.filename.endsWith('.ts')
  ? join(import.meta.dirname, '..', 'src', 'protocol', 'protobuf', 'hub.proto')
  : join(import.meta.dirname, '..', 'schemas', 'hub.proto')

const schema = {
  tags: ['docs'],
  summary: 'The AsyncAPI document of the socket',
  description: 'Every message of the socket with its schema, those that the application has added among them.',
  response: { 200: Type.Object({ asyncapi: Type.String() }, { additionalProperties: true, description: 'An AsyncAPI 3.0 document.' }) }
}

const protoSchema = {
  tags: ['docs'],
  summary: 'The messages of the binary dialect',
  description: 'The `.proto` file of the dialect `protobuf.v1`.',
  produces: ['text/plain'],
  response: { 200: Type.String() }
}

/** `GET /docs/asyncapi.json`: the socket as `/docs/json` has the routes; `GET /docs/hub.proto`: its binary form. Both for everybody. */
const docsRoutes: FastifyPluginAsync<DocsRoutesOptions> = async (app, options) => {
  const { paths = defaultSocket.paths, tokenSources = defaultSocket.tokenSources } = options
  // Throws where it is missing, and says so.
  app.getDecorator('hub')
  app.get('/docs/asyncapi.json', { schema }, async (request, reply) => {
    // Made anew each time: an application may add message types at any time, and the address is the one that was asked.
    const custom = [...app.hub.commands.commands()].filter(({ type }) => !isReservedType(type)).map(customRequest)
    const document = asyncapiDocument({
      paths,
      tokenSources,
      server: { host: request.host === '' ? 'localhost' : request.host, protocol: request.protocol === 'https' ? 'wss' : 'ws' },
      requests: [...requests, ...custom]
    })
    return await reply.type('application/json; charset=utf-8').send(JSON.stringify(document, toJson))
  })
  app.get('/docs/hub.proto', { schema: protoSchema }, async (_request, reply) => {
    return await reply.type('text/plain; charset=utf-8').send(await readFile(PROTO, 'utf8'))
  })
}

export default docsRoutes

/** JSON knows one kind of number; an application's schema may have bounds of the other one. */
function toJson (_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value
}
