/** Tokens that the cluster has just refused, by hash. Apart from the accepted ones, so that no number of them pushes one of those out. */

const most = 4096

export const makeRefusedTokens = () => {
  /** Until when each is refused, the oldest first. */
  const known = new Map<string, number>()
  return {
    until: (hash: string, now: number): number | undefined => {
      const until = known.get(hash)
      if (until !== undefined && until > now) return until
      known.delete(hash)
      return undefined
    },
    add: (hash: string, until: number): void => {
      known.delete(hash)
      known.set(hash, until)
      const [oldest] = known.keys()
      if (known.size > most && oldest !== undefined) known.delete(oldest)
    }
  }
}
