import { Kind, type TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { FastifyInstance, FastifySchema } from 'fastify'
import { describeFlaws, sendError } from '../plugins/error-handler.ts'
import { isRecord } from '../src/guards.ts'
import { validatorCompiler } from './validator.ts'

/** Largest body of a REST request, bytes; that of the service. */
const BODY_LIMIT_BYTES = 4 * 1024 * 1024

/** How the hub's routes stand in an application. */
export interface IsolationOptions {
  /** Whether an OpenAPI document of the application's own shows them. */
  readonly openapi: boolean
}

/**
 * Lets the routes of a context work as those of the service do, whatever the application has set for its own: how errors are answered,
 * schemas checked, answers written and bodies read. Nothing of it reaches the application's routes.
 */
export function isolate (scope: FastifyInstance, { openapi }: IsolationOptions): void {
  scope.setErrorHandler(sendError)
  scope.setValidatorCompiler(validatorCompiler)
  scope.setSchemaErrorFormatter(describeFlaws)
  // Fastify's own is there as long as nobody has set another one.
  if (scope.serializerCompiler !== undefined) scope.setSerializerCompiler(({ schema }) => serializerOf(schema))
  // It would take the place of the schemas of answers. Fastify's types know no way back to none.
  Reflect.apply(scope.setReplySerializer, scope, [undefined])
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('application/json', { parseAs: 'string', bodyLimit: BODY_LIMIT_BYTES }, scope.getDefaultJsonParser('error', 'error'))
  scope.addContentTypeParser('text/plain', { parseAs: 'string', bodyLimit: BODY_LIMIT_BYTES }, (_request, body, done) => done(null, body))
  scope.addHook('onRoute', (route) => { route.schema = openapi ? withoutSecurity(route.schema) : { ...route.schema, hide: true } })
}

/** The application's document does not know the scheme that is named there. */
function withoutSecurity ({ security, ...schema }: FastifySchema = {}): FastifySchema {
  return schema
}

/** Leaves out what the schema does not know, as Fastify's own serializer does. */
function serializerOf (schema: unknown): (data: unknown) => string {
  if (!isTypeBox(schema)) return JSON.stringify
  return (data) => JSON.stringify(Value.Clean(schema, Value.Clone(data)))
}

function isTypeBox (schema: unknown): schema is TSchema {
  return isRecord(schema) && Kind in schema
}
