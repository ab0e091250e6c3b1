/** Errors and names in the words of people. */

export interface Told {
  /** What was expected and what was found. */
  readonly what: string
  /** What to do next. */
  readonly next?: string
  /** The lines with which one does it, to copy. */
  readonly commands?: string
  /** By which the server's log is searched. */
  readonly requestId?: string
}

const textIn = (error: object, key: string): string | undefined => {
  const value: unknown = Object.getOwnPropertyDescriptor(error, key)?.value
  return typeof value === "string" && value !== "" ? value : undefined
}

/** Of an `OrchestratorError` its parts, of anything else what it says. */
export const told = (error: unknown): Told => {
  if (typeof error !== "object" || error === null) return { what: String(error) }
  const [next, ...commands] = textIn(error, "hint")?.split("\n") ?? []
  const requestId = textIn(error, "requestId")
  return {
    what: textIn(error, "detail") ?? textIn(error, "message") ?? "Something went wrong, and nothing says what",
    ...(next === undefined ? {} : { next }),
    ...(commands.length === 0 ? {} : { commands: commands.join("\n") }),
    ...(requestId === undefined ? {} : { requestId })
  }
}
