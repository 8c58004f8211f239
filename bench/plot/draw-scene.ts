import { formatFigure, headingOf } from '../figures.ts'
import type { SceneResult } from '../section.ts'
import { drawBars } from './bar-chart.ts'
import { drawLines } from './line-chart.ts'

/** The plot of a scene: a bar for each hub, or a line for each where the scene has steps. */
export function drawScene ({ scene, summary }: Pick<SceneResult, 'scene' | 'summary'>): string {
  const { name, plot, steps } = scene
  const title = `${name}: ${headingOf(plot)}`
  if (steps.length === 1) {
    return drawBars(`${title}, ${scene.title}`, summary.hubs.flatMap((hub) => {
      const value = summary.figure(plot, '', hub)
      return value === undefined ? [] : [{ label: hub, value, written: formatFigure(plot, value) }]
    }))
  }
  const series = summary.hubs.map((hub) => ({
    label: hub,
    points: steps.flatMap(({ label }) => {
      const value = summary.figure(plot, label, hub)
      return value === undefined ? [] : [[Number(label), value] as const]
    })
  }))
  return drawLines({ title, xTitle: 'members of the room' }, series)
}
