import { timestamp } from '../clock.ts'
import { HubUsageError } from '../errors.ts'
import { SYSTEM_ALERT } from '../protocol/reserved-types.ts'
import type { PublishResult } from '../relay/relay-message.ts'
import type { Announcer } from './announcer.ts'
import type { HubEvent } from './event.ts'
import type { Target } from './targets.ts'

/** What a notice says of a user; further fields are passed on. A user id may be a number, as it stands in the application's database. */
export interface AboutUser {
  readonly user_id: string | number
  readonly [field: string]: unknown
}

/** Which of a user's fields have changed. */
export interface UserChanges extends AboutUser {
  readonly changes: readonly string[]
}

/** A new account. */
export interface NewUser extends AboutUser {
  readonly name: string
  readonly email?: string
}

/** What became of a user's role. */
export interface RoleChange extends AboutUser {
  readonly new_role: string
  readonly changed_by?: string | number
}

/** What everybody should read. */
export interface SystemAlert {
  readonly message: string
  /** `normal` unless given. */
  readonly priority?: 'normal' | 'high'
  readonly metadata?: Readonly<Record<string, unknown>>
}

/** The state of the application, or of a part of it. */
export interface HealthStatus {
  readonly status: string
  readonly [field: string]: unknown
}

/** How a notice is sent. */
export interface NoticeOptions {
  /** A key: for 5 minutes the same again is not delivered. A notice that tells a time must be given it then, for a repetition has to say the same. */
  readonly id?: string
}

/**
 * What the audiences of document 003 are told, each event by a call of its own: who is meant by it stands here alone. Of two audiences
 * nobody gets two copies. All reject with `HubUsageError` for what cannot be told.
 */
export class Notifier {
  readonly #hub: Announcer
  readonly #adminRoles: readonly string[]

  constructor (hub: Announcer, adminRoles: readonly string[]) {
    this.#hub = hub
    this.#adminRoles = adminRoles
  }

  /** `user.created`, to administrators. */
  async userCreated (user: NewUser, options?: NoticeOptions): Promise<PublishResult> {
    return await this.#tell(this.#admins, 'user.created', user, options)
  }

  /** `user.updated`, to the user and administrators; `updated_at` is now unless given. */
  async userUpdated (update: UserChanges, options?: NoticeOptions): Promise<PublishResult> {
    return await this.#tell(this.#userAndAdmins(update), 'user.updated', dated('updated_at', update, options), options)
  }

  /** `user.deleted`, to administrators. */
  async userDeleted (user: AboutUser, options?: NoticeOptions): Promise<PublishResult> {
    return await this.#tell(this.#admins, 'user.deleted', user, options)
  }

  /** `user.role.changed`, to the user and administrators; `changed_at` is now unless given. Tokens keep the roles that they were signed with. */
  async roleChanged (change: RoleChange, options?: NoticeOptions): Promise<PublishResult> {
    return await this.#tell(this.#userAndAdmins(change), 'user.role.changed', dated('changed_at', change, options), options)
  }

  /** `profile.updated`, to the user. */
  async profileUpdated (update: UserChanges, options?: NoticeOptions): Promise<PublishResult> {
    return await this.#tellUser('profile.updated', update, options)
  }

  /** `password.changed`, to the user; `changed_at` is now unless given. */
  async passwordChanged (user: AboutUser, options?: NoticeOptions): Promise<PublishResult> {
    return await this.#tellUser('password.changed', dated('changed_at', user, options), options)
  }

  /** `system.alert`, to everybody. */
  async systemAlert ({ message, priority = 'normal', metadata = {} }: SystemAlert, options?: NoticeOptions): Promise<PublishResult> {
    return await this.#tell('all', SYSTEM_ALERT, { message, priority, metadata }, options)
  }

  /** `health.status.changed`, to administrators. */
  async healthStatusChanged (health: HealthStatus, options?: NoticeOptions): Promise<PublishResult> {
    return await this.#tell(this.#admins, 'health.status.changed', health, options)
  }

  get #admins (): Target {
    return { roles: this.#adminRoles }
  }

  #userAndAdmins (user: AboutUser): Target {
    return { users: [idOf(user)], ...this.#admins }
  }

  async #tell (target: Target | 'all', type: string, payload: object, options?: NoticeOptions): Promise<PublishResult> {
    return await this.#hub.to(target, eventOf(type, payload, options))
  }

  async #tellUser (type: string, about: AboutUser, options?: NoticeOptions): Promise<PublishResult> {
    return await this.#hub.toUser(idOf(about), eventOf(type, about, options))
  }
}

function eventOf (type: string, payload: object, { id }: NoticeOptions = {}): HubEvent {
  return { type, payload, ...(id !== undefined && { id }) }
}

/** Throws for an id that is none, which would be nobody's. */
function idOf ({ user_id: userId }: AboutUser): string {
  if (userId === '' || !['string', 'number'].includes(typeof userId)) throw new HubUsageError('HUB_ERR_BAD_EVENT', 'user_id: expected a text or a number')
  return String(userId)
}

/** What is told, with its time: now, unless it is given. */
function dated (field: 'updated_at' | 'changed_at', about: AboutUser, { id }: NoticeOptions = {}): AboutUser {
  const time = about[field] ?? undefined
  if (time === undefined && id !== undefined) throw new HubUsageError('HUB_ERR_BAD_EVENT', `${field}: expected with an id, for a repetition has to say the same`)
  return { ...about, [field]: time ?? timestamp() }
}
