/** One line of the log for each change of a run's phase or reason, with what it took and cost. */
import { Effect } from "effect"
import type { AttemptFigures } from "./AttemptFigures.ts"
import type { PhaseChange } from "./PhaseChange.ts"

const rounded = (value: number | undefined, digits: number) =>
  value === undefined ? undefined : Math.round(value * 10 ** digits) / 10 ** digits

const present = (fields: Readonly<Record<string, string | number | undefined>>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

/** What a line says beside the run; never a message, which may repeat what others said. */
const lineOf = (
  { began, ended, phase, reason, run: { attempt, status } }: PhaseChange,
  figures: AttemptFigures | undefined
) =>
  present({
    phase,
    reason,
    from: status.reason,
    attempt: `v${attempt.contextVersion}${attempt.retry === 0 ? "" : `-r${attempt.retry}`}`,
    job: (ended ?? began)?.jobName,
    startSeconds: figures?.startSeconds,
    agentSeconds: figures?.agentSeconds,
    deliverySeconds: figures?.deliverySeconds,
    costUsd: figures === undefined ? undefined : rounded(figures.costUsd, 6)
  })

export const logChange = (change: PhaseChange, figures: AttemptFigures | undefined): Effect.Effect<void> =>
  change.moved
    ? Effect.annotateLogs(Effect.logInfo(`run is ${change.phase}`), {
      kind: change.run.kind,
      namespace: change.run.namespace,
      run: change.run.name,
      ...lineOf(change, figures)
    })
    : Effect.void
