/** What the agent is beforehand on stdin. The first line is ours: a text whose first character is `/` would be taken for a command. */
import { type PreviousAttempt, wordsOfAttempt } from "@orchestrator/domain/PreviousAttempt"
import { sentence } from "@orchestrator/domain/Text"

const firstLine = "Task:"

const lookFirst = "Check git status and git log first, then go on."

/** Calls that were running when a session was cut are invisible to the resumed model. */
const forgotten = "Calls that were in flight are forgotten."

/** Ends that cut the agent off, whatever it was doing. */
const cutOff: ReadonlySet<string> = new Set(["Cancelled", "DeadlineExceeded", "InfraLost", "JobLost"])

/** Others' words on one line, and no file name that the agent would put in their place. */
const quoted = (words: string) => sentence(wordsOfAttempt(words)).replaceAll("@", "\\@")

/** How the attempt before ended, as it was; undefined where there is nothing to tell. */
const beforeStart = (previous: PreviousAttempt | undefined, resumed: boolean): string | undefined => {
  if (previous === undefined) {
    return resumed ? `This goes on from an earlier session of this service. ${forgotten} ${lookFirst}` : undefined
  }
  const { message, reason } = previous
  if (reason === "Delivered") return `The attempt before this one was delivered. ${lookFirst}`
  const words = message === undefined ? "" : ` ${quoted(message)}`
  return cutOff.has(reason)
    ? `You were interrupted (${reason}).${words} ${forgotten} ${lookFirst}`
    : `The attempt before this one did not count (${reason}).${words} Where that is due to the work, mend it. ${lookFirst}`
}

export interface PromptParts {
  /** The run's `prompt.md`. */
  readonly text: string
  readonly resumed: boolean
  readonly previous: PreviousAttempt | undefined
  /** What the agent must know of the working tree. */
  readonly notes: ReadonlyArray<string>
}

export const startPrompt = ({ notes, previous, resumed, text }: PromptParts): string => {
  const beforehand = beforeStart(previous, resumed)
  const all = [...(beforehand === undefined ? [] : [beforehand]), ...notes]
  return [
    firstLine,
    ...(all.length === 0 ? [] : ["", "Before you start:", ...all.map((note) => `- ${note}`)]),
    "",
    text.trim(),
    ""
  ].join("\n")
}

/** For the same session in the same pod. */
export const goOnPrompt = (why: string): string =>
  `${firstLine}\n\nYou were interrupted: ${quoted(why)} ${forgotten} ${lookFirst} Finish the task you were given.\n`
