/**
 * The sessions that clients of older protocol revisions have begun. Nobody has to end one, so those that were used longest ago are ended
 * where there are too many: of one user first, then of all. A client whose session is gone is told so, and begins another. Pure.
 */

export interface SessionLimits {
  readonly mostOfUser: number
  readonly most: number
}

const limits: SessionLimits = { mostOfUser: 50, most: 1000 }

export const makeSessions = ({ most, mostOfUser }: SessionLimits = limits) => {
  /** User by session, in the order of use. */
  const users = new Map<string, string>()

  const surplus = (user: string): ReadonlyArray<string> => {
    const own = [...users].filter(([, owner]) => owner === user).map(([id]) => id)
    if (own.length > mostOfUser) return own.slice(0, own.length - mostOfUser)
    return users.size > most ? [...users.keys()].slice(0, users.size - most) : []
  }

  return {
    /** Begun now: answers with those that are to be ended for it. */
    begin: (id: string, user: string): ReadonlyArray<string> => {
      users.set(id, user)
      const ended = surplus(user)
      for (const each of ended) users.delete(each)
      return ended
    },
    use: (id: string): void => {
      const user = users.get(id)
      if (user === undefined) return
      users.delete(id)
      users.set(id, user)
    },
    end: (id: string): void => {
      users.delete(id)
    }
  }
}
