import { element, MAX_SERIES, picture, round, text } from './svg.ts'

/** A line through points. */
export interface Series {
  readonly label: string
  /** By x, which must be above 0. */
  readonly points: ReadonlyArray<readonly [x: number, y: number]>
}

/** What stands at the axes. */
export interface Axes {
  readonly title: string
  readonly xTitle: string
}

const WIDTH = 720
const HEIGHT = 340
const PLOT = { left: 64, right: 696, top: 72, bottom: 280 } as const
const LEGEND_Y = 52
const LEGEND_STEP = 110
const TICKS = 5
const GAP = 8
/** Steps that people count in. */
const NICE = [1, 2, 2.5, 5, 10]

/** Lines over a logarithmic x axis; y begins at zero. */
export function drawLines ({ title, xTitle }: Axes, series: readonly Series[]): string {
  const points = series.flatMap((each) => each.points)
  const xs = [...new Set(points.map(([x]) => x))].sort((a, b) => a - b)
  const step = niceStep(Math.max(...points.map(([, y]) => y), Number.MIN_VALUE))
  const place = scales(xs, step * TICKS)
  const grid = Array.from({ length: TICKS + 1 }, (_, index) => gridLine(place.y(index * step), index * step))
  const ticks = xs.map((x) => text(x.toLocaleString('en-US'), place.x(x), PLOT.bottom + 18, { class: 'middle' }))
  const axis = text(xTitle, (PLOT.left + PLOT.right) / 2, PLOT.bottom + 42, { class: 'middle' })
  return picture(title, WIDTH, HEIGHT, ...grid, ...ticks, axis, ...series.map((each, index) => drawSeries(each, index % MAX_SERIES, place)))
}

interface Scales {
  readonly x: (value: number) => number
  readonly y: (value: number) => number
}

function scales (xs: readonly number[], top: number): Scales {
  const [low, high] = [Math.log(xs[0] ?? 1), Math.log(xs.at(-1) ?? 1)]
  const span = high > low ? high - low : 1
  return {
    x: (value) => PLOT.left + (Math.log(value) - low) / span * (PLOT.right - PLOT.left),
    y: (value) => PLOT.bottom - value / top * (PLOT.bottom - PLOT.top)
  }
}

function drawSeries ({ label, points }: Series, index: number, { x, y }: Scales): string {
  const path = points.map(([px, py], place) => `${place === 0 ? 'M' : 'L'}${round(x(px))} ${round(y(py))}`).join('')
  const left = PLOT.left + index * LEGEND_STEP
  return [
    element('path', { class: `line${index}`, d: path }),
    ...points.map(([px, py]) => element('circle', { class: `fill${index}`, cx: round(x(px)), cy: round(y(py)), r: 3 })),
    element('rect', { class: `fill${index}`, x: left, y: LEGEND_Y - 9, width: 10, height: 10 }),
    text(label, left + 10 + GAP, LEGEND_Y)
  ].join('')
}

function gridLine (y: number, value: number): string {
  const line = element('line', { class: 'grid', x1: PLOT.left, x2: PLOT.right, y1: round(y), y2: round(y) })
  return line + text(String(round(value * 10) / 10), PLOT.left - GAP, y + 4, { class: 'end' })
}

/** The distance between ticks so that a few of them reach the top. */
export function niceStep (top: number): number {
  const unit = 10 ** Math.floor(Math.log10(top / TICKS))
  return unit * (NICE.find((step) => step * unit * TICKS >= top) ?? 10)
}
