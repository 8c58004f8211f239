import type { TObject } from '@sinclair/typebox'
import { closeCodes } from '../protocol/close-codes.ts'
import { errorCodes } from '../protocol/error-codes.ts'
import { notification } from '../protocol/schemas/notification-frame.ts'
import { serverMessages } from '../protocol/schemas/server-messages.ts'
import { keysOf } from './asyncapi-keys.ts'
import { handshakeBinding, security, securitySchemes, type Access } from './asyncapi-security.ts'
import { pointedRefs } from './pointed-refs.ts'
import type { RequestMessage } from './request-message.ts'

/** What of a service its description shows. */
export interface SocketDescription extends Access {
  /** Paths that upgrade; the first is the one to use. */
  readonly paths: readonly string[]
  readonly server: { readonly host: string, readonly protocol: 'ws' | 'wss' }
  /** Requests of the protocol, and those that the application added. */
  readonly requests: readonly RequestMessage[]
}

/** The socket of a service with default settings. */
export const defaultSocket: Pick<SocketDescription, 'paths' | 'tokenSources'> = {
  paths: ['/ws', '/api/v1/ws'],
  tokenSources: ['query', 'protocol', 'header']
}

const CHANNEL = 'socket'
const CORRELATION = 'request'

const INFO = {
  title: 'wshub',
  version: '1',
  description: 'The socket of a self-hosted real-time WebSocket hub: one JSON envelope per text frame (dialect hub.v1). ' +
    'Its binary form, dialect protobuf.v1, is described at `/docs/hub.proto`. ' +
    'A client leaves out of account what it does not know: types and fields may be added. The routes beside the socket are in the OpenAPI document at `/docs/json`.',
  license: { name: 'MIT' },
  tags: [{ name: 'websocket' }]
}

const answers = [...serverMessages, notification]
const serverKeys = keysOf('server', answers.map(({ type }) => type))

/** The AsyncAPI 3.0 document of a service: `receive` is what clients send, `send` what the service sends. */
export function asyncapiDocument (service: SocketDescription): object {
  const { paths, server, requests } = service
  const clientKeys = keysOf('client', requests.map(({ type }) => type))
  const keys = [...clientKeys.values(), ...serverKeys.values()]
  return {
    asyncapi: '3.0.0',
    info: INFO,
    defaultContentType: 'application/json',
    servers: { service: { ...server, description: 'This service.', security: security(service) } },
    channels: Object.fromEntries(paths.map((address, index) => [channelKey(index), channel(service, { address, index, keys })])),
    operations: Object.fromEntries([
      ...requests.map((request) => [clientKeys.get(request.type), receive(request, clientKeys.get(request.type))]),
      // Answers, too, though each stands with its request already: generators of code look at operations alone.
      ...answers.map(({ type, schema }) => [serverKeys.get(type), operation('send', schema, serverKeys.get(type))])
    ]),
    components: {
      messages: Object.fromEntries([
        ...requests.map(({ type, schema }) => [clientKeys.get(type), message(type, schema, { key: clientKeys.get(type), isCorrelated: true })]),
        ...answers.map(({ type, schema, isUnasked }) => [
          serverKeys.get(type), message(type, schema, { key: serverKeys.get(type), isCorrelated: !isUnasked || type === 'error' })
        ])
      ]),
      correlationIds: {
        [CORRELATION]: { location: '$message.payload#/id', description: 'The client\'s id of a request, repeated in every direct reply.' }
      },
      securitySchemes: securitySchemes(service)
    }
  }
}

function channelKey (index: number): string {
  return index === 0 ? CHANNEL : `${CHANNEL}.${index + 1}`
}

function channel (service: SocketDescription, { address, index, keys }: { address: string, index: number, keys: readonly string[] }): object {
  return {
    address,
    title: 'Socket',
    description: index === 0 ? 'The socket. Requests of one connection take effect in the order sent.' : `The same as ${service.paths[0]}.`,
    servers: [{ $ref: '#/servers/service' }],
    messages: Object.fromEntries(keys.map((key) => [key, { $ref: `#/components/messages/${key}` }])),
    bindings: { ws: handshakeBinding(service) },
    'x-close-codes': Object.values(closeCodes)
  }
}

function receive ({ schema, replies }: RequestMessage, key: string | undefined): object {
  if (replies.length === 0) return operation('receive', schema, key)
  const messages = [...replies, 'error'].map((type) => messageOf(serverKeys.get(type)))
  return { ...operation('receive', schema, key), reply: { channel: { $ref: `#/channels/${CHANNEL}` }, messages } }
}

function operation (action: 'send' | 'receive', { title, description }: TObject, key: string | undefined): object {
  return { action, channel: { $ref: `#/channels/${CHANNEL}` }, title, summary: description, messages: [messageOf(key)] }
}

function messageOf (key: string | undefined): object {
  return { $ref: `#/channels/${CHANNEL}/messages/${key}` }
}

function message (name: string, schema: TObject, { key, isCorrelated }: { key: string | undefined, isCorrelated: boolean }): object {
  const { title, description, examples } = schema
  return {
    name,
    title,
    summary: description,
    contentType: 'application/json',
    ...(isCorrelated && { correlationId: { $ref: `#/components/correlationIds/${CORRELATION}` } }),
    payload: pointedRefs(schema, `#/components/messages/${key}/payload`),
    ...(Array.isArray(examples) && examples.length > 0 && { examples: examples.map((payload: unknown) => ({ payload })) }),
    ...(name === 'error' && { 'x-error-codes': Object.entries(errorCodes).map(([code, entry]) => ({ code, ...entry })) })
  }
}
