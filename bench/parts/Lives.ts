/** What the audit log says of each run: when it was accepted, when its Job was there, when its agent ended, when its status said so. */
import type { Asked } from "./Audit.ts"

export interface Life {
  /** Milliseconds from the run's acceptance to the creation of its Job. */
  readonly toJob: number
  /** Milliseconds from the last word of its pod's node to its terminal status. */
  readonly toEnd: number
}

/** `code-NAME-v1-UID8`, also at the beginning of its pod's name. */
const runOf = (name: string): string => /^code-(.+)-v1-[0-9a-f]{8}/.exec(name)?.[1] ?? ""

const ok = ({ code }: Asked) => code >= 200 && code < 300

/** The last of each run. */
const lastOf = (asked: ReadonlyArray<Asked>, is: (asked: Asked) => boolean, run: (asked: Asked) => string) =>
  new Map(asked.filter((each) => ok(each) && is(each)).map((each) => [run(each), each]))

export const livesOf = (asked: ReadonlyArray<Asked>, user: string): ReadonlyArray<Life> => {
  const named = ({ name }: Asked) => name
  const accepted = lastOf(asked, ({ resource, verb }) => resource === "coderuns" && verb === "create", named)
  const jobs = lastOf(
    asked,
    ({ resource, verb }) => resource === "jobs" && verb === "create",
    ({ name }) => runOf(name)
  )
  const terminal = lastOf(asked, (each) => each.user === user && each.resource === "coderuns/status", named)
  return [...accepted].flatMap(([run, { answered }]) => {
    const [job, end] = [jobs.get(run), terminal.get(run)]
    // The node's words of a pod that go on after the status: it is removed.
    const words = asked.filter((each) =>
      each.resource === "pods/status" && ok(each) && runOf(each.name) === run && end !== undefined &&
      each.received < end.received
    )
    const last = words.at(-1)
    return job === undefined || end === undefined || last === undefined
      ? []
      : [{ toJob: job.answered - answered, toEnd: end.answered - last.answered }]
  })
}
