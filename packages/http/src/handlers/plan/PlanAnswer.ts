/** From what the controller would do to what a requester is told of it. Files and the Job's manifest are for who may read such objects. */
import { ratesFor } from "@orchestrator/domain/ModelPrice"
import { formatTime } from "@orchestrator/domain/Retention"
import { bytesIn } from "@orchestrator/domain/TextBytes"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Effect, type Schema, Struct } from "effect"
import { fileNeeds, type Permission } from "../../contract/Access.ts"
import type { RunPlan } from "../../contract/RunPlans.ts"
import type { Preview, Previews } from "../../services/Previews.ts"
import type { RunAccess } from "../RunAccess.ts"
import { may, missingSecrets } from "./PlannedSecrets.ts"

export interface PlanFacts {
  readonly ceilings: Previews["Service"]["ceilings"]
  /** What the requester lacks. */
  readonly rights: RunPlan["missing"]
  readonly placeholders: NonNullable<RunPlan["placeholders"]>
}

/** What is undefined is left out. */
const present = <A extends object>(fields: A) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    readonly [Key in keyof A]?: Exclude<A[Key], undefined>
  }

const jobNeeds: ReadonlyArray<Permission> = [{ verb: "get", resource: "jobs" }]

const configMapBytes = 1024 * 1024
/** From which on it is worth a word. */
const largeFilesBytes = configMapBytes * 0.8

/** Names and texts. */
const filesBytes = (files: Readonly<Record<string, string>>): number => bytesIn(Object.entries(files))

const attemptOf = Effect.fnUntraced(function*({ files: { data = {} }, job }: NonNullable<Preview["attempt"]>) {
  const showsJob = yield* may(...jobNeeds)
  const showsFiles = yield* may(...fileNeeds)
  const attempt: RunPlan["attempt"] = {
    jobName: job.metadata.name ?? "",
    ...(showsJob ? { job: JSON.parse(JSON.stringify(job)) as Schema.Json } : {}),
    ...(showsFiles ? { files: data } : {}),
    filesBytes: filesBytes(data),
    filesLimitBytes: configMapBytes
  }
  return attempt
})

const priceOf = ({ model, price }: Preview): RunPlan["price"] =>
  model === undefined ? undefined : { model, ...(price === undefined ? {} : ratesFor(price, 0)) }

const warningsOf = ({ attempt, model, price }: Preview, run: CustomObject): ReadonlyArray<string> => [
  ...(model === undefined || price !== undefined
    ? []
    : [`The model ${model} has no price here: what the run costs is not known (model.prices).`]),
  ...(run.spec["cancel"] === true ? ["spec.cancel is set: the run ends as Cancelled before it starts."] : []),
  ...(attempt !== undefined && filesBytes(attempt.files.data ?? {}) > largeFilesBytes
    ? [`The agent's files have ${filesBytes(attempt.files.data ?? {})} bytes; a ConfigMap holds ${configMapBytes}.`]
    : [])
]

export const planAnswer = Effect.fnUntraced(
  function*(runs: RunAccess, run: CustomObject, preview: Preview, { ceilings, placeholders, rights }: PlanFacts) {
    const { actions, failure, grants, place, rule, stage, status, wakeAt, workspace } = preview
    const attempt = preview.attempt === undefined ? undefined : yield* attemptOf(preview.attempt)
    const secrets = yield* missingSecrets(runs, run.spec, preview.attempt?.secrets ?? [])
    const answer: RunPlan = {
      kind: runs.kind.kind,
      name: run.metadata.name ?? "",
      namespace: runs.settings.namespace,
      spec: JSON.parse(JSON.stringify(run.spec)) as Schema.Json,
      ...(attempt === undefined ? {} : { placeholders }),
      decision: {
        stage,
        rule,
        actions,
        ...present({ status: status && present(status), lookAgainAt: wakeAt && formatTime(wakeAt) })
      },
      ...present({
        attempt,
        failure: failure && present(failure),
        workspace: workspace &&
          { ...Struct.pick(workspace, ["claim", "exists"]), ...present({ holder: workspace.holder }) },
        waiting: place,
        price: priceOf(preview)
      }),
      limits: {
        ...present({ ...ceilings, ...grants }),
        ...Struct.pick(ceilings, ["maxCostUsd", "maxTurns", "maxTimeoutSeconds"])
      },
      missing: [...rights, ...secrets],
      warnings: warningsOf(preview, run)
    }
    return answer
  }
)
