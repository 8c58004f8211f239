import { MatchConfirmSchema } from '../messages.ts'
import { required } from './checks.ts'
import type { RideParts } from './parts.ts'

/** `match_confirm`: driver or passenger says yes or no to a proposal. */
export function handleMatch ({ hub, dispatcher, log }: RideParts): void {
  hub.handle('match_confirm', { schema: MatchConfirmSchema }, ({ user }, { match_id: id, accepted = false }) => {
    const matchId = required(id, 'match_id')
    dispatcher.answer(user.id, matchId, accepted)
    log.info({ user_id: user.id, match_id: matchId, accepted }, 'Match confirmation processed')
  })
}
