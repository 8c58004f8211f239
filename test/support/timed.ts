/** What a step came to, and how long it took, ms. */
export async function timed<T> (step: () => Promise<T>): Promise<{ took: number, value: T }> {
  const from = performance.now()
  const value = await step()
  return { took: performance.now() - from, value }
}
