/** What was made of late, by what it was made for: of so many keys, after which it begins anew. */

export const makeRecent = <Key, Value>(most: number) => {
  const known = new Map<Key, Value>()
  /** `make` is asked where nothing is known. */
  return (key: Key, make: (key: Key) => Value): Value => {
    const found = known.get(key)
    if (found !== undefined) return found
    const made = make(key)
    if (known.size >= most) known.clear()
    known.set(key, made)
    return made
  }
}
