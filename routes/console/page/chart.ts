const NAMESPACE = 'http://www.w3.org/2000/svg'
const WIDTH = 300
const HEIGHT = 64
/** Values that are shown. */
const MOST = 60

/** A line of the last values, drawn to fit. */
export class Chart {
  readonly #picture: SVGElement
  readonly #line = document.createElementNS(NAMESPACE, 'polyline')
  readonly #area = document.createElementNS(NAMESPACE, 'polygon')
  readonly #name: string
  readonly #values: number[] = []

  constructor (picture: SVGElement, name: string) {
    this.#picture = picture
    this.#name = name
    picture.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`)
    picture.setAttribute('preserveAspectRatio', 'none')
    this.#line.setAttribute('class', 'line')
    this.#area.setAttribute('class', 'area')
    picture.append(this.#area, this.#line)
  }

  add (value: number): void {
    this.#values.push(value)
    if (this.#values.length > MOST) this.#values.shift()
    const top = Math.max(1, ...this.#values)
    const step = WIDTH / (MOST - 1)
    const from = WIDTH - (this.#values.length - 1) * step
    const points = this.#values.map((each, index) => `${(from + index * step).toFixed(1)},${(HEIGHT - 2 - (each / top) * (HEIGHT - 6)).toFixed(1)}`)
    this.#line.setAttribute('points', points.join(' '))
    this.#area.setAttribute('points', `${from.toFixed(1)},${HEIGHT} ${points.join(' ')} ${WIDTH},${HEIGHT}`)
    this.#picture.setAttribute('aria-label', `${this.#name}: now ${round(value)}, at most ${round(top)} in this time`)
  }
}

function round (value: number): number {
  return Math.round(value * 10) / 10
}
