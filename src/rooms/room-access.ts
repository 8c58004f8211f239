import { mayJoin, mayPublish } from '../auth/grants.ts'
import { hasRole } from '../auth/identity.ts'
import type { PolicyOf, RoomPolicy } from '../auth/room-policy.ts'
import { HubError } from '../errors.ts'
import type { Connection } from '../hub/connection.ts'
import type { RoomName } from '../hub/topics.ts'
import { andThen, attempt, isPromise, settled, type MaybePromise } from '../maybe-promise.ts'
import { within } from '../within.ts'

/** What somebody wants in a room: `publish` stands for typing, too, `presence` for who is there, and `history` for what was said. */
export type RoomAction = 'join' | 'subscribe' | 'publish' | 'history' | 'presence'

/** What an application is asked: whether a user may do something in a room. */
export interface RoomQuestion {
  readonly user: { readonly id: string, readonly name: string, readonly roles: readonly string[] }
  readonly room: RoomName
  readonly action: RoomAction
  /** Id of the connection. */
  readonly connectionId: string
}

/** An application's own rules: `true` lets the user, whatever token and policy say, `undefined` leaves it to those, and anything else refuses. */
export type Authorize = (question: RoomQuestion) => boolean | undefined | PromiseLike<boolean | undefined>

/** What decides about rooms. */
export interface RoomAccessParts {
  readonly policyOf: PolicyOf
  readonly adminRoles: readonly string[]
  readonly authorize?: Authorize | undefined
  /** How long the application may take to answer, ms. */
  readonly answerWithinMs: number
}

/** What is asked for, of whom. */
interface Wish {
  readonly connection: Connection
  readonly action: RoomAction
  readonly room: RoomName
}

/**
 * The one place that decides who may do what in which room: by the policy of the room, the grants of the token and the application's own
 * rules. None of them looks at whether there is such a room, so that one that is closed to somebody looks like one that nobody ever was in.
 */
export class RoomAccess {
  readonly #parts: RoomAccessParts
  #authorize: Authorize | undefined

  constructor (parts: RoomAccessParts) {
    this.#parts = parts
    this.#authorize = parts.authorize
  }

  /** True where the application is asked: requests have to wait for it. */
  get asksApplication (): boolean {
    return this.#authorize !== undefined
  }

  /** Asks the application from now on; it takes the place of whoever was asked before. */
  authorizeBy (authorize: Authorize): void {
    this.#authorize = authorize
  }

  /**
   * Throws or rejects with the refusal: `FORBIDDEN`, `NOT_IN_ROOM` where joining would help, `UNAVAILABLE` when the application does not answer,
   * and what it throws.
   */
  check (connection: Connection, action: RoomAction, room: RoomName): MaybePromise<void> {
    const wish = { connection, action, room }
    if (this.#authorize === undefined) return this.#checkRules(wish)
    return andThen(this.#ask(this.#authorize, wish), (answer) => {
      if (answer === undefined) this.#checkRules(wish)
      else if (answer !== true) throw refusalOf(action)
    })
  }

  /** The same as a yes or no; whatever goes wrong is a no. */
  allows (connection: Connection, action: RoomAction, room: RoomName): MaybePromise<boolean> {
    return attempt(() => andThen(this.check(connection, action, room), () => true), () => false)
  }

  #ask (authorize: Authorize, { connection: { id: connectionId, user, identity: { roles } }, action, room }: Wish): MaybePromise<boolean | undefined> {
    const answer = settled(authorize({ user: { ...user, roles }, room, action, connectionId }))
    if (!isPromise(answer)) return answer
    return within(answer, this.#parts.answerWithinMs, () => new HubError('UNAVAILABLE', `the application did not say whether ${action} is allowed`))
  }

  #checkRules (wish: Wish): void {
    const { connection: { identity }, action, room } = wish
    const isGranted = action === 'publish' ? mayPublish(identity, room) : mayJoin(identity, room)
    const policy = this.#parts.policyOf(room)
    if (!isGranted || this.#isClosed(policy, wish)) throw refusalOf(action)
    if (policy.isMembersOnly) checkMembership(wish)
  }

  /** What no joining would help against. */
  #isClosed ({ isPrivate, isReadOnly, isMembersOnly }: RoomPolicy, { connection: { identity }, action }: Wish): boolean {
    if (isMembersOnly && action === 'subscribe') return true
    if (!isPrivate && !isReadOnly) return false
    if (hasRole(identity, this.#parts.adminRoles)) return false
    // Of a token that names rooms it is known by now that this is one of them.
    return (isPrivate && identity.grants === undefined) || (isReadOnly && action === 'publish')
  }
}

/** For all but joining one has to be in already. */
function checkMembership ({ connection: { rooms }, action, room }: Wish): void {
  if (action !== 'join' && rooms.get(room)?.member !== true) throw new HubError('NOT_IN_ROOM', 'you must join the room first')
}

/** In the same words for every room, whether there is anybody or not. */
function refusalOf (action: RoomAction): HubError {
  return new HubError('FORBIDDEN', action === 'publish' ? 'you may not publish to this room' : 'you may not join this room')
}
