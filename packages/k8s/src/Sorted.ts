/** Things in an order that is kept while they come and go: each is found by halves. `compare` is 0 only for the same thing. */

export interface Sorted<A> {
  readonly items: ReadonlyArray<A>
  readonly add: (more: ReadonlyArray<A>) => void
  readonly remove: (item: A) => void
}

/** More than one in so many: sorting all of them is quicker than finding each one's place. */
const manyShare = 16

export const makeSorted = <A>(compare: (left: A, right: A) => number): Sorted<A> => {
  const items: Array<A> = []
  /** Index of the first that is not before it. */
  const indexOf = (item: A): number => {
    let [low, high] = [0, items.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      const there = items[middle]
      if (there !== undefined && compare(there, item) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
  return {
    items,
    add: (more) => {
      if (more.length * manyShare > items.length) {
        for (const item of more) items.push(item)
        items.sort(compare)
      } else {
        for (const item of more) items.splice(indexOf(item), 0, item)
      }
    },
    remove: (item) => {
      const index = indexOf(item)
      const there = items[index]
      if (there !== undefined && compare(there, item) === 0) items.splice(index, 1)
    }
  }
}
