import { Cast, type Person } from './cast.ts'
import type { LogEvent } from './parse-log.ts'

/** People coming or going; nobody speaks before it has taken effect for all of them. */
export interface MoveStep {
  readonly kind: 'join' | 'leave'
  readonly line: number
  readonly people: Person[]
}

/** One message or action. */
export interface SayStep {
  readonly kind: 'say'
  readonly line: number
  readonly person: Person
  readonly text: string
  readonly action: boolean
}

/** What to do, in the order of the log. */
export type Step = MoveStep | SayStep

/** A chat day as steps: begins with the joins of those who were there all along, ends with everybody's leave. */
export interface Plan {
  readonly people: readonly Person[]
  readonly steps: readonly Step[]
  readonly messageCount: number
}

/** Turns the events of a day into steps. Joins (or leaves) with nothing between them become one step. */
export function makePlan (events: readonly LogEvent[]): Plan {
  const steps: Step[] = []
  const cast = new Cast((kind, person, line) => addMove(steps, { kind, line, people: [person] }))
  for (const event of events) addEvent(steps, cast, event)
  if (cast.opening.length > 0) steps.unshift({ kind: 'join', line: 1, people: [...cast.opening] })
  for (const person of cast.present) addMove(steps, { kind: 'leave', line: events.length, people: [person] })
  const messageCount = steps.filter(({ kind }) => kind === 'say').length
  return { people: cast.people, steps, messageCount }
}

function addEvent (steps: Step[], cast: Cast, event: LogEvent): void {
  switch (event.kind) {
    case 'join': return cast.join(event.nick, event.line)
    case 'leave': return cast.leave(event.nick, event.line)
    case 'rename': return cast.rename(event.nick, event.to, event.line)
    case 'message': {
      const { line, text, action } = event
      // First the person: who comes back without the log saying so joins before the words.
      const person = cast.speaker(event.nick, line)
      steps.push({ kind: 'say', line, person, text, action })
    }
  }
}

function addMove (steps: Step[], move: MoveStep): void {
  const last = steps.at(-1)
  if (last?.kind === move.kind) last.people.push(...move.people)
  else steps.push(move)
}
