/** Attributes of an element. */
export type Attributes = Readonly<Record<string, string | number>>

/** Colours of the series, for light and for dark. The background goes with them, so that a plot is readable on any page. */
const SERIES = [['#0969da', '#58a6ff'], ['#bc4c00', '#f0883e'], ['#8250df', '#bc8cff'], ['#1a7f37', '#3fb950']] as const
const MARGIN = 16

/** How many series can be told apart. */
export const MAX_SERIES = SERIES.length

/** An element with its children, which are markup already. */
export function element (name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeText(String(value))}"`).join('')
  return children.length === 0 ? `<${name}${written}/>` : `<${name}${written}>${children.join('')}</${name}>`
}

/** A line of text. */
export function text (content: string, x: number, y: number, attributes: Attributes = {}): string {
  return element('text', { x: round(x), y: round(y), ...attributes }, escapeText(content))
}

/** A whole picture; the title is shown and read out. */
export function picture (title: string, width: number, height: number, ...children: readonly string[]): string {
  const frame = { xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${width} ${height}`, width, height, role: 'img' }
  return element('svg', frame,
    element('title', {}, escapeText(title)),
    element('style', {}, styles()),
    element('rect', { class: 'ground', width, height, rx: 6 }),
    text(title, MARGIN, MARGIN + 10, { class: 'title' }),
    ...children) + '\n'
}

/** A number with few digits: pictures do not need more. */
export function round (value: number): number {
  return Math.round(value * 10) / 10
}

function styles (): string {
  const dark = SERIES.map(([, colour], index) => `.fill${index}{fill:${colour}}.line${index}{stroke:${colour}}`).join('')
  return [
    'text{font:12px sans-serif;fill:#1f2328}',
    '.title{font-weight:bold}',
    '.end{text-anchor:end}.middle{text-anchor:middle}',
    '.ground{fill:#ffffff}',
    '.grid{stroke:#d1d9e0}',
    ...SERIES.map(([light], index) => `.fill${index}{fill:${light}}.line${index}{stroke:${light};stroke-width:2;fill:none}`),
    `@media(prefers-color-scheme:dark){text{fill:#e6edf3}.ground{fill:#0d1117}.grid{stroke:#3d444d}${dark}}`
  ].join('')
}

function escapeText (content: string): string {
  return content.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}
