/** Trying again: the next attempt of a run that has versions, and the successor of one that has not. */
import { group } from "@orchestrator/domain/Labels"
import { sanitize } from "@orchestrator/domain/Names"
import { originalUid } from "@orchestrator/domain/OriginalUid"
import { isTerminal } from "@orchestrator/domain/Phase"
import { phaseOf, statusText } from "@orchestrator/domain/RunView"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Effect } from "effect"
import { permissionsOf } from "../access/Permissions.ts"
import { secretPermissions } from "../access/Secrets.ts"
import { needsOf, Requester } from "../contract/Access.ts"
import { NameTaken, RunNotFinished } from "../contract/Problem.ts"
import { createRun } from "./CreateRun.ts"
import { changeRun, getRun, type RunAccess } from "./RunAccess.ts"

/** On a successor: the name of the run that it repeats. */
export const retryOfAnnotation = `${group}/retry-of`

const numberOf = (value: unknown): number | undefined => typeof value === "number" ? value : undefined

/** Which context version the spec asks for, and whether the status speaks of this spec at all. */
export const versionsOf = (run: CustomObject): { readonly wanted: number; readonly settled: boolean } => {
  const spec = numberOf(run.spec["contextVersion"]) ?? 1
  const seen = numberOf(run.status?.["contextVersion"])
  const observed = numberOf(run.status?.["observedGeneration"])
  const settled = seen === undefined
    ? observed === undefined || observed >= (run.metadata.generation ?? 0)
    : seen >= spec
  return { wanted: Math.max(spec, seen ?? 0), settled }
}

const notFinished = (run: CustomObject) =>
  new RunNotFinished({
    detail: isTerminal(statusText(run, "phase"))
      ? `Attempt ${versionsOf(run).wanted} has been requested and has not started`
      : `The run is ${phaseOf(run)}`,
    hint: "Wait for it to end, cancel it, or send \"force\": true"
  })

const isFinished = (run: CustomObject) => isTerminal(phaseOf(run)) && versionsOf(run).settled

export interface RetryOptions {
  readonly promptModification?: string
  readonly force?: boolean
}

/** An attempt uses the run's secrets for what its requester asks, so it takes the permissions that creating the run took. */
export const mayStart = Effect.fnUntraced(function*({ kind, settings }: RunAccess, name: string, run: CustomObject) {
  const requester = yield* Requester
  yield* requester.require([
    ...permissionsOf([needsOf(kind.plural).change], { name }),
    ...secretPermissions(run.spec, settings)
  ])
})

const nextAttempt = (run: CustomObject, { promptModification }: RetryOptions) => ({
  contextVersion: versionsOf(run).wanted + 1,
  cancel: false,
  ...(promptModification === undefined ? {} : { promptModification })
})

/** `cancel` goes with the attempt that it was meant for. */
export const startNextAttempt = (runs: RunAccess, name: string, options: RetryOptions) =>
  changeRun(
    runs,
    name,
    Effect.fnUntraced(function*(run) {
      if (!isFinished(run) && options.force !== true) return yield* notFinished(run)
      yield* mayStart(runs, name, run)
      return nextAttempt(run, options)
    })
  )

/** One successor per run and requester: the run's uid is the key. */
export const startSuccessor = Effect.fn("http.startSuccessor")(function*(
  runs: RunAccess,
  name: string,
  { force = false }: RetryOptions
) {
  const run = yield* getRun(runs, name)
  if (!isFinished(run) && !force) return yield* notFinished(run)
  const key = `retry-of ${originalUid(run)}`
  const { run: successor } = yield* createRun(runs, {
    stem: sanitize(name),
    spec: { ...run.spec, cancel: false },
    annotations: { [retryOfAnnotation]: name },
    key,
    request: key
  }).pipe(Effect.catchTag("IdempotencyKeyReused", ({ detail, hint }) => Effect.fail(new NameTaken({ detail, hint }))))
  return successor
})
