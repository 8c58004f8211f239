import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { HubError } from 'wshub'
import { LUNCH_ROOM, VoteSchema } from './lunch-events.ts'
import { Poll } from './poll.ts'

// As the hub's plugins add `app.hub`, this one adds `app.poll`: handlers get it typed, too.
declare module 'fastify' {
  interface FastifyInstance {
    poll: Poll
  }
}

/** The application itself: a message type of its own, an event to a room, and a route that tells one user something. */
export default fp(async (app) => {
  app.decorate('poll', new Poll())

  // What the handler returns goes to the asking client as the result of its request; a HubError is a refusal with its code.
  app.hub.handle('lunch.vote', { schema: VoteSchema, roles: ['user'] }, async ({ app, user }, { dish }) => {
    app.poll.vote(user.id, dish)
    await app.hub.toRoom(LUNCH_ROOM, { type: 'lunch.tally', payload: app.poll.tally })
    return app.poll.tally
  })

  app.post<{ Params: { userId: string } }>('/lunch/reminders/:userId', async (request) => {
    await requireAdmin(app, request)
    const { userId } = request.params
    if (app.poll.hasVoted(userId)) return { recipients: 0 }
    // To all connections of the user, on whatever node; one that is away for a moment gets it when it is back.
    return await app.hub.toUser(userId, { type: 'lunch.reminder', payload: { text: 'Pizza, ramen or salad?' } })
  })
}, { name: 'lunch', dependencies: ['hub'] })

/** The hub's own way to tell who somebody is serves the application's routes as well: 401 for nobody. */
async function requireAdmin (app: FastifyInstance, request: FastifyRequest): Promise<void> {
  const { roles } = await app.callers.of(request)
  if (!roles.includes('admin')) throw new HubError('FORBIDDEN', 'admin access required')
}
