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

/** `WaitingForWorkspace` is `Waiting for workspace`; `SSHKeyMissing` is `SSH key missing`. */
export const inWords = (name: string): string =>
  name.replace(/([a-z\d])([A-Z])/g, "$1 $2").replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2").split(" ")
    .map((word, index) => index > 0 && !/^[A-Z]{2,}$/.test(word) ? word.toLowerCase() : word).join(" ")

/** With a capital at its beginning. */
export const capital = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`
