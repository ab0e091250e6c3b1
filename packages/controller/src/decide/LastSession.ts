/** Which session a run that goes on with one takes up: its own newest, else the newest of its tenant. */
import type { Attempt } from "@orchestrator/domain/Attempt"
import type { RunFacts } from "../facts/Run.ts"

type Known = Attempt & { readonly sessionId: string }

const newest = (attempts: ReadonlyArray<Attempt>): Known | undefined =>
  attempts
    .filter((attempt): attempt is Known => attempt.sessionId !== undefined)
    .reduce<Known | undefined>(
      (last, attempt) => (last === undefined || (last.startedAt ?? "") <= (attempt.startedAt ?? "") ? attempt : last),
      undefined
    )

/** When the newest session of a run began: without its status, which is put together anew where thousands have ended. */
const sessionTime = (run: RunFacts): string | undefined => {
  if (run.ended) return run.sessionStartedAt
  const own = newest(run.status.attempts ?? [])
  return own && (own.startedAt ?? "")
}

/** Of some runs the one with the newest session, but for one of them. */
export const newestSession = (runs: ReadonlyArray<RunFacts>, except?: string): RunFacts | undefined =>
  runs.reduce<{ readonly run: RunFacts; readonly time: string } | undefined>((last, run) => {
    const time = sessionTime(run)
    return time === undefined || (last !== undefined && last.time > time) || run.uid === except ? last : { run, time }
  }, undefined)?.run

/** `others`: runs of the same tenant, this one may be among them. The runner looks whether the session is still there. */
export const lastSession = (run: RunFacts, others: ReadonlyArray<RunFacts>): string | undefined => {
  const own = newest(run.status.attempts?.filter(({ jobName }) => jobName !== run.jobName) ?? [])
  return (own ?? newest(newestSession(others, run.uid)?.status.attempts ?? []))?.sessionId
}
