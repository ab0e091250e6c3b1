/** A flag that takes a port. */
import { Flag } from "effect/cli"

const highest = 65_535

/** Refuses what is no port by the flag's own name. */
export const portFlag = (name: string) =>
  Flag.Int(name).pipe(
    Flag.filter((port) => port >= 0 && port <= highest, () => `a port from 0 to ${highest}`)
  )
