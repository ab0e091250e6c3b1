/** A repository's part in a run, and the path by which the broker serves it. A DocsRun has the target alone. */
export type Role = "docs" | "target" | `repositories/${number}`

/** The part of those that are there to be read, by their place in the run's list. */
export const otherRole = (index: number): Role => `repositories/${index}`

/** Undefined for the run's own. */
export const otherIndex = (role: Role): number | undefined =>
  role === "docs" || role === "target" ? undefined : Number(role.slice("repositories/".length))
