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

/** Of some runs the one with the newest session. */
export const newestSession = (runs: ReadonlyArray<RunFacts>): RunFacts | undefined => {
  const last = newest(runs.flatMap(({ status }) => status.attempts ?? []))
  return last === undefined ? undefined : runs.find(({ status }) => status.attempts?.includes(last))
}

/** `others`: runs of the same tenant, this one may be among them. The runner looks whether the session is still there. */
export const lastSession = (run: RunFacts, others: ReadonlyArray<RunFacts>): string | undefined => {
  const own = newest(run.status.attempts?.filter(({ jobName }) => jobName !== run.jobName) ?? [])
  const last = own ?? newest(others.filter(({ uid }) => uid !== run.uid).flatMap(({ status }) => status.attempts ?? []))
  return last?.sessionId
}
