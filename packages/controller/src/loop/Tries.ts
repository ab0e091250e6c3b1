/** What is tried in vain is tried again after twice as many passes each time. By uid; nothing is kept of what a pass does not have. */
export const makeTries = () => {
  let known = new Map<string, { readonly due: number; readonly wait: number }>()
  let pass = 0
  return {
    /** Begins a pass over these. */
    begin: (uids: Iterable<string>): void => {
      pass += 1
      const next = new Map<string, { readonly due: number; readonly wait: number }>()
      for (const uid of uids) {
        const before = known.get(uid)
        if (before !== undefined) next.set(uid, before)
      }
      known = next
    },
    isDue: (uid: string): boolean => pass >= (known.get(uid)?.due ?? pass),
    tried: (uid: string): void => {
      const wait = known.get(uid)?.wait ?? 1
      known.set(uid, { due: pass + wait, wait: wait * 2 })
    }
  }
}
