import type { TSchema } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import { Value } from '@sinclair/typebox/value'
import type { FastifySchemaCompiler, FastifySchemaValidationError } from 'fastify'
import { MAX_FLAWS } from '../plugins/error-handler.ts'

/**
 * Checks requests against TypeBox schemas as the type provider does, but looks for no more flaws than are told: a body may have a million of
 * them, and each takes its time.
 */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const compiled = TypeCompiler.Compile(schema)
  return (value: unknown) => {
    const converted = httpPart === 'body' ? value : Value.Convert(schema, value)
    return compiled.Check(converted) ? { value: converted } : { error: firstFlaws(compiled.Errors(converted)) }
  }
}

function firstFlaws (errors: Iterable<{ readonly path: string, readonly message: string }>): FastifySchemaValidationError[] {
  const flaws: FastifySchemaValidationError[] = []
  for (const { path: instancePath, message } of errors) {
    if (flaws.push({ instancePath, message, keyword: '', schemaPath: '', params: {} }) === MAX_FLAWS) break
  }
  return flaws
}
