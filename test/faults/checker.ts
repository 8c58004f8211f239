import type { Position } from '../../src/relay/relay-message.ts'
import type { Receipt, Resumption, Sending, Verdict } from './account.ts'
import { Findings } from './findings.ts'
import { TopicRecord, type Message } from './topic-record.ts'
import type { Track } from './track.ts'

/**
 * Keeps the history of a run and judges it: that each receiver got each acked message behind its first position once and in order, or was
 * told that it did not, and nothing else. Receivers and senders are clients, whatever connections they had. What all receivers have
 * passed is judged and forgotten.
 */
export class Checker {
  readonly findings = new Findings()
  readonly #topics = new Map<string, TopicRecord>()
  readonly #sent = new Map<string, number>()
  readonly #counts = { acked: 0, duplicates: 0, refused: 0, delivered: 0, own: 0, resumedTrue: 0, resumedFalse: 0, replays: 0, gaps: 0 }
  readonly #open = new Map<string, Message>()

  /** Messages neither acked nor refused yet. */
  get outstanding (): number {
    return this.#open.size
  }

  /** Messages acked so far. */
  get acked (): number {
    return this.#counts.acked
  }

  /** Messages that are remembered: nobody knows yet, or somebody still waits for them. */
  get remembered (): number {
    return [...this.#topics.values()].reduce((sum, { messages }) => sum + messages.size, 0)
  }

  /** A message goes out; returns the id that it has to have. */
  sends ({ sender, topic, content }: Sending): string {
    const number = (this.#sent.get(sender) ?? 0) + 1
    this.#sent.set(sender, number)
    const id = `${sender}/${number}`
    const message = { id, sender, content, isAcked: false, isRefused: false }
    this.#topic(topic).messages.set(id, message)
    this.#open.set(id, message)
    return id
  }

  /** The answer to a message, or to a repetition of it. */
  ack (topic: string, id: string, position: Position, isDuplicate = false): void {
    const record = this.#topic(topic)
    const message = record.messages.get(id)
    if (message === undefined) return this.#strange(this.#wasSent(id) ? [] : [`an ack for ${id}, which was not sent`])
    record.placed(message, position)
    if (!this.#open.delete(id)) return
    this.#counts.acked += 1
    if (isDuplicate) this.#counts.duplicates += 1
    record.acked(message, position)
  }

  /** A message is given up; `mayBeThere` when an earlier attempt had no answer, or one that leaves it open. */
  refuse (topic: string, id: string, mayBeThere = false): void {
    const message = this.#topic(topic).messages.get(id)
    if (message === undefined || !this.#open.delete(id)) return
    this.#counts.refused += 1
    message.isRefused = !mayBeThere
  }

  /** A receiver learned its first position of a topic: it answers for what comes behind it. */
  begin (receiver: string, topic: string, position: Position): void {
    const record = this.#topic(topic)
    record.sawEpoch(position.epoch)
    const track = record.trackOf(receiver)
    this.#checkTop(track, position, `${receiver}, ${topic}`)
    track.begin(position)
  }

  /** A receiver is about to ask for what it has missed; a replay that is under way is not waited for any more. */
  ask (receiver: string, topic: string): void {
    const record = this.#topic(topic)
    const track = record.trackOf(receiver)
    track.replay = undefined
    track.askedAt = record.top
  }

  receive ({ receiver, topic, position, id, content }: Receipt): void {
    const record = this.#topic(topic)
    const track = record.trackOf(receiver)
    this.#checkReplay(track, position.seq, `${receiver}, ${topic}`)
    const { outcome, skipped, hole } = track.span(position.epoch, position.seq).take(position.seq)
    for (const seq of skipped) record.settleHole(receiver, { epoch: position.epoch, seq })
    const text = `${id} at ${topic}/${position.seq} for ${receiver}`
    if (outcome === 'again') return this.findings.note('doubled', text)
    if (hole === 'lost') this.findings.foundLate(text)
    else if (outcome === 'late') this.findings.note('reordered', text)
    const message = record.messages.get(id)
    if (message === undefined) return this.findings.note(this.#wasSent(id) ? 'doubled' : 'unexplained', `${text}, which ${this.#wasSent(id) ? 'all have had' : 'nobody sent'}`)
    if (message.content !== content) this.#strange([`${text} is not what was sent`])
    if (message.isRefused) this.#strange([`${text} was refused`])
    record.placed(message, position)
    if (message.sender === receiver) this.#counts.own += 1
    else this.#counts.delivered += 1
  }

  /** `recovered: true`: so many messages follow one after the other. */
  resumed ({ receiver, topic, asked, answer }: Resumption, missed: number): void {
    const where = `${receiver}, ${topic}`
    this.#counts.resumedTrue += 1
    if (missed > 0) this.#counts.replays += 1
    if (asked.epoch !== answer.epoch || asked.seq !== answer.seq) this.#strange([`recovered at ${answer.epoch}/${answer.seq}, not at ${asked.epoch}/${asked.seq}: ${where}`])
    const track = this.#topic(topic).trackOf(receiver)
    this.#checkTop(track, { epoch: answer.epoch, seq: answer.seq + missed }, where)
    track.replay = missed > 0 ? { next: answer.seq + 1, to: answer.seq + missed } : undefined
  }

  /** `recovered: false`: the receiver goes on where the answer stands, and knows that it misses what is between. */
  lostTrack ({ receiver, topic, asked, answer }: Resumption): void {
    this.#counts.resumedFalse += 1
    const record = this.#topic(topic)
    record.sawEpoch(answer.epoch)
    const track = record.trackOf(receiver)
    this.#checkTop(track, answer, `${receiver}, ${topic}`)
    const span = track.span(asked.epoch, asked.seq + 1)
    const end = asked.epoch === answer.epoch ? answer.seq : asked.seq
    for (const seq of span.pass(asked.seq, end)) record.settleHole(receiver, { epoch: asked.epoch, seq })
    if (asked.epoch !== answer.epoch) span.close()
    track.begin(answer)
  }

  /** A `gap` was told; what of it a resumption brings is expected as ever. */
  gap (receiver: string, topic: string, from: number, to: number): void {
    this.#counts.gaps += 1
    const track = this.#topic(topic).trackOf(receiver)
    track.spans.get(track.epoch ?? '')?.tell(from, to)
  }

  /** Who still has to get what, in words: the first message of each receiver and topic. */
  behind (): string[] {
    return [...this.#topics.values()].flatMap((record) => [...record.tracks.keys()].flatMap((receiver) => {
      const owed = this.#owedTo(record, receiver).next().value
      return owed === undefined ? [] : [`${receiver} lacks ${owed.id} at ${record.topic}/${owed.place?.seq}`]
    }))
  }

  /** Judges what is left when all is quiet, and gives back everything. */
  finish (): Verdict {
    this.#strange([...this.#open.keys()].map((id) => `${id} was neither acked nor refused`))
    for (const record of this.#topics.values()) {
      for (const [receiver, track] of record.tracks) {
        const at = `for ${receiver} on ${record.topic}`
        if (track.replay !== undefined) this.#strange([`a replay ended before ${track.replay.to} ${at}`])
        for (const { id, place } of this.#owedTo(record, receiver)) this.findings.note('lost', `${id} at ${place?.epoch.slice(0, 8)}/${place?.seq}, the end, ${at}`)
      }
    }
    return this.verdict()
  }

  /** What is known so far. */
  verdict (): Verdict {
    const sent = [...this.#sent.values()].reduce((sum, count) => sum + count, 0)
    return { sent, ...this.#counts, ...this.findings.counts, texts: this.findings.texts }
  }

  * #owedTo (record: TopicRecord, receiver: string): Generator<Message, undefined> {
    for (const message of record.messages.values()) {
      if (message.isAcked && message.sender !== receiver && record.isOwed(receiver, message)) yield message
    }
    return undefined
  }

  #checkReplay (track: Track, seq: number, where: string): void {
    const { replay } = track
    if (replay === undefined) return
    if (seq !== replay.next) this.#strange([`a replay had ${seq} in place of ${replay.next}: ${where}`])
    replay.next += 1
    if (seq !== replay.next - 1 || seq === replay.to) track.replay = undefined
  }

  /** What was acked before the question cannot be behind the end of what the answer covers. */
  #checkTop ({ askedAt }: Track, { epoch, seq }: Position, where: string): void {
    if (askedAt?.epoch === epoch && askedAt.seq > seq) this.#strange([`an answer covers all up to ${seq}, but ${askedAt.seq} had been acked before: ${where}`])
  }

  #wasSent (id: string): boolean {
    const [sender = '', number] = id.split('/')
    return Number(number) <= (this.#sent.get(sender) ?? 0)
  }

  #strange (texts: readonly string[]): void {
    for (const text of texts) this.findings.note('unexplained', text)
  }

  #topic (topic: string): TopicRecord {
    const known = this.#topics.get(topic)
    if (known !== undefined) return known
    const record = new TopicRecord(topic, this.findings)
    this.#topics.set(topic, record)
    return record
  }
}
