/** What runs have met: what keeps those that are there from going on, and how those of the last hour ended. Pure. */
import { findCondition } from "@orchestrator/domain/Condition"
import { evidenceNotKept } from "@orchestrator/domain/Evidence"
import { isTerminal } from "@orchestrator/domain/Phase"
import { printable } from "@orchestrator/domain/Printable"
import { progressGuide, reasonGuide } from "@orchestrator/domain/ReasonGuide"
import { DateTime, Option } from "effect"
import type { RunAnswer } from "../runs/RunAnswer.ts"
import { answerRef } from "../runs/RunView.ts"
import { fail, type Line, ok, warn } from "../serve/Line.ts"

/** Of each kind, the newest are looked at. */
export const looked = 100

const hourMillis = 3_600_000
const longest = 300

type Run = RunAnswer

interface Told {
  readonly run: Run
  readonly message: string
}

const clipped = (text: string): string => printable(text, { max: longest })

const runsOf = (count: number): string => `${count} ${count === 1 ? "run" : "runs"}`

/** The newest of those with the same cause stands for them. */
const byCause = <A extends Told>(all: ReadonlyArray<A>, causeOf: (each: A) => string) => [...Map.groupBy(all, causeOf)]

const troubled = (run: Run): ReadonlyArray<Told & { readonly cause: string }> => {
  if (isTerminal(run.phase)) return []
  const found = findCondition(run.status?.conditions, "Progressing")
  return found?.status === "False"
    ? [{ run, cause: found.reason ?? "no reason", message: found.message ?? "" }]
    : []
}

const blockedLines = (runs: ReadonlyArray<Run>): ReadonlyArray<Line> => {
  const all = byCause(runs.flatMap(troubled), ({ cause }) => cause).map(([cause, each]) => {
    const [first] = each
    const found = first === undefined ? "" : `${answerRef(first.run)}: ${clipped(first.message)}`
    return fail("runs", `${runsOf(each.length)} cannot go on (${cause}), ${found}`, progressGuide(cause)?.next)
  })
  return all.length > 0 ? all : [ok("runs", "nothing keeps those that are there from going on")]
}

const finishedSince = (since: number) => (run: Run): boolean => {
  const finished = DateTime.make(run.status?.finishedAt ?? "")
  return isTerminal(run.phase) && Option.isSome(finished) && DateTime.toEpochMillis(finished.value) >= since
}

/** As the alert OrchestratorAttemptsFail has it. */
const wakes = { count: 3, share: 0.2 }

/** How a task may end that nobody has to mend here. */
const ownAffair: ReadonlySet<string> = new Set(["NoChanges", "InvalidSpec", "DependencyFailed"])

const failedLines = (ended: ReadonlyArray<Run>): ReadonlyArray<Line> => {
  const failed = ended.filter(({ phase, reason = "" }) => phase === "Failed" && !ownAffair.has(reason))
    .map((run): Told => ({ run, message: run.message ?? "" }))
  return byCause(failed, ({ run: { reason = "" } }) => reason).flatMap(([reason, each]) => {
    const [first] = each
    if (first === undefined) return []
    const found = `${runsOf(each.length)} of ${ended.length} that ended within the last hour failed (${reason}), ` +
      `${answerRef(first.run)}: ${clipped(first.message)}`
    const line = each.length >= wakes.count && each.length > wakes.share * ended.length ? fail : warn
    return [line("runs", found, reasonGuide(reason)?.next)]
  })
}

const evidenceLines = (ended: ReadonlyArray<Run>): ReadonlyArray<Line> => {
  const lost = ended.filter(({ message = "" }) => message.includes(evidenceNotKept))
  const [first] = lost
  if (first === undefined) return []
  const { message = "" } = first
  return [warn(
    "evidence",
    `of ${runsOf(lost.length)} that ended within the last hour it was not kept, ${answerRef(first)}: ${
      clipped(message.slice(message.indexOf(evidenceNotKept)))
    }`,
    "Is there room, and does the key still write: evidence.bucket, or the claim of evidence.volume. See OrchestratorEvidenceFails of the runbooks"
  )]
}

/** Of the newest runs, the newest first. */
export const runLines = (runs: ReadonlyArray<Run>, nowMillis: number): ReadonlyArray<Line> => {
  const ended = runs.filter(finishedSince(nowMillis - hourMillis))
  return [...blockedLines(runs), ...failedLines(ended), ...evidenceLines(ended)]
}
