import { banText } from '../../src/hub/moderation.ts'
import { HttpError } from '../../src/http-error.ts'
import type { Ban } from '../../src/relay/ban-list.ts'

/** The refusal of a banned user. */
export class Banned extends HttpError {
  /** Tells until when, as a close reason too. */
  constructor (ban: Ban) {
    super(403, banText(ban))
  }
}
