/** The samples of a text for Prometheus, by name and labels as they stand there. */
export function parseMetrics (text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(lines.map((line): [string, number] => {
    const [, key = '', value] = /^(\w+(?:\{.*\})?) (\S+)$/.exec(line) ?? []
    if (key === '') throw new Error(`not a sample: ${line}`)
    return [key, Number(value)]
  }))
}

/** Names and types of all metrics of a text, in its order. */
export function typesIn (text: string): Array<[name: string, type: string]> {
  return [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name = '', type = '']) => [name, type])
}
