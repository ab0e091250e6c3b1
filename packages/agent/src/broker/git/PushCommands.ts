/** What a push asks for, from the beginning of its body, and which of that the broker lets through. */
import { packetsUntilFlush } from "./PktLine.ts"

export interface PushCommand {
  readonly before: string
  readonly after: string
  readonly ref: string
}

export interface Push {
  readonly commands: ReadonlyArray<PushCommand>
  readonly features: ReadonlyArray<string>
  /** Where in the body the pack begins. */
  readonly packAt: number
}

/** Undefined when it is no push that the broker understands (shallow, signed, or not git's at all). */
export const parsePush = (bytes: Uint8Array): Push | undefined => {
  const { end, packets = [] } = packetsUntilFlush(bytes) ?? {}
  if (end === undefined || packets.length === 0) return undefined
  const commands: Array<PushCommand> = []
  let features: ReadonlyArray<string> = []
  for (const [index, text] of packets.entries()) {
    const [line = "", rest = ""] = text.replace(/\n$/, "").split("\0")
    const [, before, after, ref] = /^([0-9a-f]{40}|[0-9a-f]{64}) ([0-9a-f]{40}|[0-9a-f]{64}) (\S+)$/.exec(line) ?? []
    if (before === undefined || after === undefined || ref === undefined) return undefined
    if (index === 0) features = rest.split(" ").filter((feature) => feature !== "")
    commands.push({ before, after, ref })
  }
  return { commands, features, packAt: end }
}

/** Whether an object id stands for nothing. */
const isNothing = (id: string): boolean => /^0+$/.test(id)

const shortRef = (ref: string) => ref.replace(/^refs\/heads\//, "")

/** A sentence when the push is not to the run's branch alone; what history it may write is decided once its objects are there. */
export const pushRefusal = ({ commands }: Pick<Push, "commands">, branch: string): string | undefined => {
  const ref = `refs/heads/${branch}`
  const other = commands.find((command) => command.ref !== ref)
  if (other !== undefined) {
    const what = other.ref.startsWith("refs/tags/")
      ? "tags cannot be pushed"
      : `${shortRef(other.ref)} cannot be pushed to`
    return `${what}: this run may write ${branch} and nothing else`
  }
  if (commands.length > 1) return "one branch at a time"
  return commands.some(({ after }) => isNothing(after)) ? `${branch} cannot be deleted by this run` : undefined
}
