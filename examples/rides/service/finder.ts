import { HubError } from 'wshub'
import { FinderSchema } from '../messages.ts'
import { readPlace } from './checks.ts'
import { passengers, type RideParts } from './parts.ts'

/** `finder_update`: a passenger looks for a driver, or does not any more. Answered at once; the search goes on behind that. */
export function handleFinder ({ hub, dispatcher, log }: RideParts): void {
  hub.handle('finder_update', { schema: FinderSchema, ...passengers }, ({ user }, { is_active: isActive, pickup }) => {
    if (!isActive) {
      dispatcher.cancel(user.id)
    } else {
      if (pickup === undefined) throw new HubError('VALIDATION_FAILED', 'pickup is required')
      dispatcher.search(user.id, readPlace(pickup))
    }
    log.info({ user_id: user.id, is_active: isActive }, 'Finder status updated')
  })
}
