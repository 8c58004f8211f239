import type { Static, TObject, TSchema } from '@sinclair/typebox'
import { TypeCompiler, type TypeCheck } from '@sinclair/typebox/compiler'
import type { MaybePromise } from '../maybe-promise.ts'
import type { AnswerQuestion } from '../relay/question.ts'
import type { Relay } from '../relay/relay.ts'

/** A kind of question: what is asked, and what an answer looks like. */
export interface QuestionKind<Q extends TObject, A extends TSchema> {
  readonly name: string
  readonly questionCheck: TypeCheck<Q>
  readonly answerCheck: TypeCheck<A>
}

/** One node's answer, of the right shape. */
export interface CheckedAnswer<A> {
  readonly node: string
  readonly answer: A
}

/** What came back in time. */
export interface Gathered<A> {
  readonly answers: ReadonlyArray<CheckedAnswer<A>>
  /** Nodes that did not answer in time, or not in the right shape. */
  readonly missing: readonly string[]
}

/** Makes a kind of question. */
export function questionKind<Q extends TObject, A extends TSchema> (name: string, question: Q, answer: A): QuestionKind<Q, A> {
  return { name, questionCheck: TypeCompiler.Compile(question), answerCheck: TypeCompiler.Compile(answer) }
}

/** What the nodes ask each other. Nodes of another version may be among them: whatever does not fit counts as not said. */
export class Cluster {
  readonly #relay: Relay
  readonly #answers = new Map<string, AnswerQuestion>()

  constructor (relay: Relay) {
    this.#relay = relay
    relay.onQuestion((question) => this.#answers.get(question.kind)?.(question))
  }

  /** Sets how this node answers questions of a kind. */
  answer<Q extends TObject, A extends TSchema> (kind: QuestionKind<Q, A>, answer: (question: Static<Q>) => MaybePromise<Static<A>>): void {
    this.#answers.set(kind.name, (question) => kind.questionCheck.Check(question) ? answer(question) : undefined)
  }

  /** Ids of the nodes that do not answer now, as far as they are known. Never rejects. */
  async silent (): Promise<readonly string[]> {
    return (await this.#relay.ask({ kind: 'alive' })).missing
  }

  /** Asks all nodes, this one included. Never rejects. */
  async ask<Q extends TObject, A extends TSchema> (kind: QuestionKind<Q, A>, question: Static<Q>): Promise<Gathered<Static<A>>> {
    const { answers, missing } = await this.#relay.ask({ ...question, kind: kind.name })
    const misfits = new Set(missing)
    const fitting: Array<CheckedAnswer<Static<A>>> = []
    for (const { node, answer } of answers) {
      if (kind.answerCheck.Check(answer)) fitting.push({ node, answer })
      else misfits.add(node)
    }
    return { answers: fitting, missing: [...misfits] }
  }
}

/** The field of an answer that names the nodes it lacks; none when it lacks none. */
export function missingNodes (nodes: readonly string[]): { missing_nodes?: string[] } {
  return nodes.length === 0 ? {} : { missing_nodes: [...nodes] }
}
