/** What follows from an object that never changes: worked out once for each, and kept for as long as the object is. */
export const oncePer = <Of extends object, Value extends object>(make: (of: Of) => Value): (of: Of) => Value => {
  const known = new WeakMap<Of, Value>()
  return (of) => {
    const found = known.get(of)
    if (found !== undefined) return found
    const made = make(of)
    known.set(of, made)
    return made
  }
}
