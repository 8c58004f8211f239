import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import fp from 'fastify-plugin'

const DESCRIPTION = 'A self-hosted real-time WebSocket hub. What goes over the socket, each message with its schema, is in the AsyncAPI document at ' +
  '[/docs/asyncapi.json](/docs/asyncapi.json).'

/** The OpenAPI document of the routes, and a page to try them, under `/docs`. */
export default fp(async (app) => {
  await app.register(swagger, {
    openapi: {
      openapi: '3.0.3',
      info: { title: 'wshub', description: DESCRIPTION, version: '1' },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } }
    }
  })
  await app.register(swaggerUi, { routePrefix: '/docs' })
}, { name: 'openapi', fastify: '5.x' })
