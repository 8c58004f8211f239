import type { Environment } from './environment.ts'
import { figures, formatFigure, headingOf, type FigureName } from './figures.ts'
import { judgeGoals, type Judgement } from './goals.ts'
import type { HubName } from './hubs.ts'
import { isConnectingLoadBound, isLoadBound } from './load/format-load-report.ts'
import { pairsOf, type Scene } from './scene.ts'
import type { Summary } from './summary.ts'

/** A run of a scene, to be written down. */
export interface SceneResult {
  readonly scene: Scene
  readonly summary: Summary
  readonly rounds: number
  readonly environment: Environment
  /** False for fewer connections than the scene asks for: then goals and plots mean nothing. */
  readonly isFull: boolean
}

/** Share of a core from which on the work of others falsifies a measurement. */
const DISTURBANCE = 0.15
const PERCENT = 100

/** A scene's results as a section of Markdown, the heading included. */
export function formatSection (result: SceneResult): string {
  const { scene, summary, isFull } = result
  return [
    `## ${scene.name}: ${scene.title}`,
    provenance(result),
    table(result),
    explanation(result),
    isFull && goalList(judgeGoals(scene, summary)),
    isFull && `![${headingOf(scene.plot)}](plots/${scene.name}.svg)`
  ].filter((part) => typeof part === 'string' && part !== '').join('\n\n') + '\n'
}

function provenance ({ rounds, environment }: SceneResult): string {
  const { date, node, cores, cpu, system, command } = environment
  return `${date}, Node ${node}, ${cores} cores (${cpu}), ${system}, ${rounds} round${rounds === 1 ? '' : 's'}: \`${command}\``
}

function table (result: SceneResult): string {
  const { scene, summary } = result
  const hasSteps = scene.steps.length > 1
  const header = [...(hasSteps ? ['members'] : []), 'hub', ...scene.figures.map(headingOf)]
  const alignment = header.map((_, index) => index < (hasSteps ? 2 : 1) ? '---' : '---:')
  const rows = scene.steps.flatMap(({ label }) => summary.hubs.map((hub) => {
    return [...(hasSteps ? [label] : []), hub, ...scene.figures.map((name) => cell(result, { name, step: label, hub }))]
  }))
  return [header, alignment, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function cell ({ scene, summary }: SceneResult, { name, step, hub }: { name: FigureName, step: string, hub: HubName }): string {
  const value = summary.figure(name, step, hub)
  if (value === undefined) return '–'
  const pair = figures[name].isCompared ? pairsOf(scene).find(([, peer]) => peer === hub) : undefined
  const ratio = pair && summary.ratio(name, step, ...pair)
  return ratio === undefined ? formatFigure(name, value) : `${formatFigure(name, value)} (${ratio.toFixed(2)})`
}

function explanation ({ scene, summary }: SceneResult): string {
  const bound = summary.hubsWhere(isLoadBound)
  const boundConnecting = scene.figures.includes('handshakes') ? summary.hubsWhere(isConnectingLoadBound) : []
  const disturbed = summary.hubsWhere(({ otherCpuShare = 0 }) => otherCpuShare > DISTURBANCE)
  const problems = scene.steps.flatMap(({ label }) => summary.hubs.flatMap((hub) => {
    return summary.problems(label, hub).map((text) => `${hub}${label === '' ? '' : ` (${label})`} failed in a round: ${text}.`)
  }))
  return [
    divisions(scene, summary.hubs),
    bound.length > 0 && `The load generator was the limit for ${bound.join(', ')}: these could deliver more; CPU per delivery holds.`,
    boundConnecting.length > 0 && `While connecting, the load generator was the limit for ${boundConnecting.join(', ')}: compare CPU per handshake instead.`,
    disturbed.length > 0 && `Other processes used more than ${DISTURBANCE * PERCENT} % of a core in a round of ${disturbed.join(', ')}: measure again.`,
    ...problems
  ].filter((text) => typeof text === 'string').join(' ')
}

/** What the ratios are; undefined when nothing could be compared. */
function divisions (scene: Scene, measured: readonly HubName[]): string | undefined {
  const compared = pairsOf(scene).filter((pair) => pair.every((hub) => measured.includes(hub)))
  if (compared.length === 0) return undefined
  const named = compared.map(([hub, peer]) => `${hub}'s figure divided by ${peer}'s`).join(', ')
  return `In brackets: ${scene.pairs === undefined ? `${scene.hubs[0]}'s figure divided by this one` : named}, in the same round.`
}

function goalList (judgements: readonly Judgement[]): string {
  return judgements.map(({ goal, value, isMet }) => {
    const { figure, peer, steps, atMost, atLeast } = goal
    const what = steps === undefined ? figures[figure].title : `${figures[figure].title} at ${steps.to} against ${steps.from}`
    const bound = atMost === undefined ? `at least ${atLeast?.toLocaleString('en-US')}` : `at most ${atMost}`
    const against = peer === undefined ? '' : ` of ${peer}`
    const outcome = value === undefined ? 'not measured' : `${isMet ? 'met' : '**missed**'}, ${Number(value.toPrecision(3)).toLocaleString('en-US')}`
    return `- ${what}: ${bound}${against}: ${outcome}`
  }).join('\n')
}
