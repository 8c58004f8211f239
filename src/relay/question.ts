import type { MaybePromise } from '../maybe-promise.ts'

/** What one node wants to know of, or done by, all nodes; the rest of the fields depend on the kind. JSON only. */
export interface Question {
  readonly kind: string
  readonly [field: string]: unknown
}

/** One node's answer. */
export interface Answer {
  readonly node: string
  readonly answer: unknown
}

/** What came back within the time. */
export interface Answers {
  readonly answers: readonly Answer[]
  /** Ids of the nodes that are there but did not answer in time. */
  readonly missing: readonly string[]
}

/** Answers for this node. What it throws counts as no answer. */
export type AnswerQuestion = (question: Question) => MaybePromise<unknown>
