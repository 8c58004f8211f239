import type { MaybePromise } from '../../maybe-promise.ts'
import type { Answer, AnswerQuestion, Answers, Question } from '../question.ts'
import type { ScriptRunner } from './script-runner.ts'
import { askScript } from './lease-script.ts'
import { nodeOfLease, type Lease } from './lease.ts'
import { parseRecord } from './parse-record.ts'

/** What asking works with. */
export interface AskingParts {
  readonly nodeId: string
  readonly runner: ScriptRunner
  readonly lease: Lease
  /** Channel that every node has. */
  readonly allNodes: string
  readonly publishCommand: string
  readonly gatherMs: number
  /** Sends a frame to the node that has the lease; never rejects. */
  readonly tell: (lease: string, frame: string) => void
}

interface Gathering {
  readonly answers: Map<string, Answer>
  /** Ids of the nodes that are to answer; undefined until Redis has said. */
  expected: readonly string[] | undefined
  /** Connections that the question went to. */
  receivers: number
  readonly onComplete: () => void
}

/** A question that the relay answers by itself: is this node there? */
export const ALIVE: Question = { kind: 'alive' }

/**
 * Questions to all nodes. `q<number> <asker's lease>\n<question>` on the channel of all nodes, `a<number> <node>\n<answer>` on that of the
 * asker. Waiting ends when all that the question went to have answered, or after a while.
 */
export class Asking {
  readonly #parts: AskingParts
  readonly #open = new Map<number, Gathering>()
  #asked = 0
  #answer: AnswerQuestion = () => undefined

  constructor (parts: AskingParts) {
    this.#parts = parts
  }

  onQuestion (answer: AnswerQuestion): void {
    this.#answer = answer
  }

  /** Never rejects. Without Redis this node alone answers. */
  async ask (question: Question, limitMs = this.#parts.gatherMs): Promise<Answers> {
    const number = ++this.#asked
    const own = this.#ownAnswer(question)
    const { nodeId } = this.#parts
    const gathering = await new Promise<Gathering>((resolve) => {
      const timer = setTimeout(() => resolve(opened), limitMs)
      const opened: Gathering = { answers: new Map(), expected: undefined, receivers: 0, onComplete: () => { clearTimeout(timer); resolve(opened) } }
      this.#open.set(number, opened)
      this.#send(number, question, opened).catch(() => opened.onComplete())
    })
    this.#open.delete(number)
    gathering.answers.set(nodeId, { node: nodeId, answer: await own })
    const expected = gathering.expected ?? this.#parts.lease.nodes
    return { answers: [...gathering.answers.values()], missing: expected.filter((node) => !gathering.answers.has(node)) }
  }

  /** Somebody asks. */
  onQuestionFrame (text: string): void {
    const { header: [number = '', lease = ''], body } = split(text)
    // The own answer has been given already.
    if (lease === this.#parts.lease.id || body === undefined || typeof body['kind'] !== 'string') return
    const question = { ...body, kind: body['kind'] }
    this.#ownAnswer(question)
      .then((answer) => this.#parts.tell(lease, `1a${number} ${this.#parts.nodeId}\n${JSON.stringify({ answer })}`))
      .catch(() => {})
  }

  /** Somebody answers. */
  onAnswerFrame (text: string): void {
    const { header: [number = '', node = ''], body } = split(text)
    const gathering = this.#open.get(Number(number))
    if (gathering === undefined || body === undefined) return
    gathering.answers.set(node, { node, answer: body['answer'] })
    this.#check(gathering)
  }

  async #send (number: number, question: Question, gathering: Gathering): Promise<void> {
    const { runner, lease, allNodes, publishCommand } = this.#parts
    const frame = `1q${number} ${lease.id}\n${JSON.stringify(question)}`
    const reply = await runner.run(askScript, [allNodes, lease.leasesKey], [publishCommand, frame])
    const [receivers, ...live] = Array.isArray(reply) ? reply : []
    gathering.receivers = Number(receivers)
    gathering.expected = [...new Set(live.map((entry) => nodeOfLease(String(entry))))]
    this.#check(gathering)
  }

  /** Complete when every live node has answered, and as many as the question went to (a new node may have no lease yet). */
  #check ({ answers, expected, receivers, onComplete }: Gathering): void {
    if (expected === undefined) return
    const { nodeId } = this.#parts
    const others = expected.filter((node) => node !== nodeId)
    if (others.every((node) => answers.has(node)) && answers.size >= receivers - 1) onComplete()
  }

  async #ownAnswer (question: Question): Promise<unknown> {
    if (question.kind === ALIVE.kind) return true
    try {
      return await this.#answer(question) satisfies MaybePromise<unknown>
    } catch {
      return undefined
    }
  }
}

/** A line of words, and JSON; anything else becomes no body. */
function split (text: string): { header: string[], body: Record<string, unknown> | undefined } {
  const end = text.indexOf('\n')
  return { header: text.slice(0, end).split(' '), body: parseRecord(text.slice(end + 1)) }
}
