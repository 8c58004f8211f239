import { AckPolicy, DeliverPolicy, JetStreamApiCodes, JetStreamApiError, jetstreamManager, StorageType } from '@nats-io/jetstream'
import type { ConsumerConfig, ConsumerInfo, ConsumerUpdateConfig, JetStreamManager, StreamInfo } from '@nats-io/jetstream'
import { nanos, type NatsConnection } from '@nats-io/transport-node'
import type { Logger } from '../../logger.ts'
import { broadest, covers, isPattern, overlap } from '../subject.ts'
import type { NatsTimings } from './nats-timings.ts'

/** What has to be there before events can be consumed. */
export interface SetupParts {
  readonly connection: NatsConnection
  readonly stream: string
  readonly consumer: string
  /** Of the map: subjects and patterns. */
  readonly subjects: readonly string[]
  readonly timings: NatsTimings
  readonly logger: Logger
}

/** How far the nodes have come in a stream. */
export interface StreamPlace {
  /** When the stream was made: tells it from a later one of the same name. */
  readonly created: string
  /** All events up to this number have a final verdict, as far as is known. */
  readonly seq: number
}

type Filter = Pick<ConsumerConfig, 'filter_subject' | 'filter_subjects'>

/** A stream that nobody else has set up holds events for a day: longer than any outage that is not an accident. */
const MAX_AGE_MS = 24 * 60 * 60 * 1000
/** By this we know a stream that is ours to change. */
const OWN_STREAM = 'events for wshub'
/** The first version that takes several filters for one consumer, and that minds a wildcard in one that was changed. */
const FILTERS_FIT = { major: 2, minor: 10 }

/**
 * Finds stream and durable consumer, or makes them.
 * @param place how far the nodes had come: a consumer that is made anew goes on from there
 * @returns how far they are now
 */
export async function setUp (parts: SetupParts, place: StreamPlace | undefined): Promise<StreamPlace> {
  const { connection, timings } = parts
  const manager = await jetstreamManager(connection, { checkAPI: false, timeout: timings.answerLimitMs })
  const found = await foundOr(JetStreamApiCodes.StreamNotFound, manager.streams.info(parts.stream))
  const { created } = found === undefined ? await addStream(manager, parts) : await checkStream(manager, found, parts)
  const isNew = found === undefined || (place !== undefined && place.created !== created)
  const info = await provideConsumer(manager, parts, isNew ? { deliver_policy: DeliverPolicy.All } : beginningAt(place))
  return { created, seq: Math.max(place?.created === created ? place.seq : 0, settledUpTo(info)) }
}

/** Number of the event up to which all have a final verdict, on whatever node. */
export function settledUpTo ({ delivered, ack_floor: floor, num_ack_pending: open }: ConsumerInfo): number {
  return open === 0 ? delivered.stream_seq : floor.stream_seq
}

/** Of a stream that was there before us, old events are nobody's business; what came since we began is. */
function beginningAt (place: StreamPlace | undefined): Partial<ConsumerConfig> {
  return place === undefined
    ? { deliver_policy: DeliverPolicy.New }
    : { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: place.seq + 1 }
}

async function addStream (manager: JetStreamManager, { stream, subjects, logger }: SetupParts): Promise<StreamInfo> {
  const made = await manager.streams.add({
    name: stream,
    subjects: broadest(subjects),
    storage: StorageType.File,
    max_age: nanos(MAX_AGE_MS),
    description: OWN_STREAM
  })
  logger.info({ stream, subjects: made.config.subjects }, 'NATS stream made')
  return made
}

/** Events of subjects that the stream does not take never come: a stream of ours is told to take them, of another it is said. */
async function checkStream (manager: JetStreamManager, found: StreamInfo, { stream, subjects, logger }: SetupParts): Promise<StreamInfo> {
  const { subjects: taken = [], description, mirror, sources } = found.config
  const missing = subjects.filter((subject) => !taken.some((pattern) => covers(pattern, subject)))
  if (missing.length === 0 || mirror !== undefined || sources !== undefined) return found
  if (description === OWN_STREAM) return await manager.streams.update(stream, { ...found.config, subjects: broadest([...taken, ...subjects]) })
  logger.warn({ stream, subjects: missing }, 'NATS stream does not take all of these subjects: such events will not come')
  return found
}

async function provideConsumer (manager: JetStreamManager, parts: SetupParts, beginning: Partial<ConsumerConfig>): Promise<ConsumerInfo> {
  const { stream, consumer, timings: { ackWaitMs, maxAckPending } } = parts
  const limits = { ack_wait: nanos(ackWaitMs), max_ack_pending: maxAckPending, max_deliver: -1 }
  const filter = filterFor(parts)
  const found = await foundOr(JetStreamApiCodes.ConsumerNotFound, manager.consumers.info(stream, consumer))
  if (found === undefined) {
    const made = await manager.consumers.add(stream, { durable_name: consumer, ack_policy: AckPolicy.Explicit, ...limits, ...filter, ...beginning })
    parts.logger.info({ stream, consumer, begins: beginning.deliver_policy, from: beginning.opt_start_seq }, 'NATS consumer made')
    return made
  }
  checkKind(found)
  if (isAsWanted(found.config, { ...limits, ...filter })) return found
  const changes: ConsumerUpdateConfig = { ...limits }
  // A filter that is wanted no more has to be said to be undefined.
  Object.assign(changes, { filter_subject: filter.filter_subject, filter_subjects: filter.filter_subjects })
  return await manager.consumers.update(stream, consumer, changes)
}

function checkKind ({ config: { ack_policy: policy, deliver_subject: push } }: ConsumerInfo): void {
  if (policy === AckPolicy.Explicit && push === undefined) return
  throw new Error('there is a consumer of this name of another kind; expected one that is pulled from, with explicit acknowledgements')
}

/** An older server is trusted with one plain subject at most: what else is in the stream then comes, too, and is ignored. */
function filterFor ({ subjects, connection }: SetupParts): Filter {
  const wanted = broadest(subjects)
  const [only, ...others] = wanted
  const isOld = !hasFittingFilters(connection)
  if (only !== undefined && others.length === 0) return isOld && isPattern(only) ? {} : { filter_subject: only }
  const isDisjoint = wanted.every((subject, index) => wanted.slice(index + 1).every((other) => !overlap(subject, other)))
  return isDisjoint && !isOld ? { filter_subjects: wanted } : {}
}

function hasFittingFilters ({ info }: NatsConnection): boolean {
  const [major = 0, minor = 0] = (info?.version ?? '').split('.').map(Number)
  return major > FILTERS_FIT.major || (major === FILTERS_FIT.major && minor >= FILTERS_FIT.minor)
}

function isAsWanted (config: ConsumerConfig, wanted: Partial<ConsumerConfig>): boolean {
  const gist = ({ ack_wait: wait, max_ack_pending: pending, max_deliver: deliver, filter_subject: one = '', filter_subjects: many = [] }: Partial<ConsumerConfig>) => (
    JSON.stringify([wait, pending, deliver, one, [...many].sort()])
  )
  return gist(config) === gist(wanted)
}

async function foundOr<T> (code: number, asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === code) return undefined
    throw error
  }
}
