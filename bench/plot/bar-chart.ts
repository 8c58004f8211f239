import { element, MAX_SERIES, picture, round, text } from './svg.ts'

/** One bar. */
export interface Bar {
  readonly label: string
  readonly value: number
  /** The value as it is written beside the bar. */
  readonly written: string
}

const WIDTH = 720
const TOP = 44
const ROW_HEIGHT = 30
const BAR_HEIGHT = 20
const BAR_LEFT = 124
/** Room for the longest bar; the rest is for its value. */
const BAR_WIDTH = 500
const GAP = 8

/** Horizontal bars, one below the other, all from zero. */
export function drawBars (title: string, bars: readonly Bar[]): string {
  const longest = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE)
  const rows = bars.map(({ label, value, written }, index) => {
    const y = TOP + index * ROW_HEIGHT
    const width = Math.max(1, round(value / longest * BAR_WIDTH))
    const baseline = y + BAR_HEIGHT - 5
    return [
      text(label, BAR_LEFT - GAP, baseline, { class: 'end' }),
      element('rect', { class: `fill${index % MAX_SERIES}`, x: BAR_LEFT, y, width, height: BAR_HEIGHT, rx: 2 }),
      text(written, BAR_LEFT + width + GAP, baseline)
    ].join('')
  })
  return picture(title, WIDTH, TOP + bars.length * ROW_HEIGHT + GAP, ...rows)
}
