/** How the rows of a table follow a list. */
export interface RowRules<T> {
  readonly keyOf: (item: T) => string
  readonly make: (item: T) => HTMLElement
  readonly update: (row: HTMLElement, item: T) => void
}

/** Makes the rows fit the items; a row that stays is not touched, so that it keeps the focus. */
export function fillTable<T> (body: HTMLElement, items: readonly T[], { keyOf, make, update }: RowRules<T>): void {
  const former = new Map([...body.children].map((row) => [row.getAttribute('data-key') ?? '', row as HTMLElement]))
  let place = body.firstElementChild
  for (const item of items) {
    const key = keyOf(item)
    const known = former.get(key)
    former.delete(key)
    const row = known ?? make(item)
    row.setAttribute('data-key', key)
    update(row, item)
    if (row === place) place = place.nextElementSibling
    else body.insertBefore(row, place)
  }
  for (const row of former.values()) row.remove()
}
