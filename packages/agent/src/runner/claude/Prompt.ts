/** What the agent is told on stdin. The first line is ours: a text whose first character is `/` would be taken for a command. */

const firstLine = "Task:"

/** Calls that were running when a session was cut are invisible to the resumed model. */
const interruptedNote =
  "You were interrupted; calls in flight are forgotten. Check git status and git log first, then go on."

export interface PromptParts {
  /** The run's `prompt.md`. */
  readonly text: string
  readonly resumed: boolean
  /** What the agent must know of the working tree. */
  readonly notes: ReadonlyArray<string>
}

export const startPrompt = ({ notes, resumed, text }: PromptParts): string => {
  const all = [...(resumed ? [interruptedNote] : []), ...notes]
  return [
    firstLine,
    ...(all.length === 0 ? [] : ["", "Before you start:", ...all.map((note) => `- ${note}`)]),
    "",
    text.trim(),
    ""
  ].join("\n")
}

/** For the same session in the same pod. */
export const goOnPrompt = (): string => `${firstLine}\n\n${interruptedNote} Finish the task you were given.\n`
