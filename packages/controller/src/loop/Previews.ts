/**
 * What would become of a run: the same observation and the same plan as of a round, and nothing performed. A run that is not stored yet is
 * observed as the youngest of those that are. Of a run that has to wait, it is also told what it starts with when its turn has come.
 */
import type { KindName } from "@orchestrator/domain/kinds/RunKinds"
import type { ModelPrice } from "@orchestrator/domain/ModelPrice"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { runPriceOf } from "@orchestrator/domain/RunPrice"
import type { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { KubernetesError } from "@orchestrator/k8s/KubernetesError"
import type { ConfigMap, CustomObject, Job } from "@orchestrator/k8s/Objects"
import type { Templates } from "@orchestrator/templates/Templates"
import { Context, type DateTime, Effect, Layer, Result } from "effect"
import { type Budget, grantedBudget, remainingBudget } from "../attempt/Budget.ts"
import { pausedUntil } from "../attempt/Pause.ts"
import { Action, type ActionOf } from "../decide/Action.ts"
import { plan } from "../decide/Plan.ts"
import type { Plan } from "../decide/Rule.ts"
import { stageOf } from "../decide/Stage.ts"
import { ledgerOf } from "../facts/Ledger.ts"
import { type LiveRun, readSpec, withSpecOf } from "../facts/LiveRun.ts"
import type { Observed, ObservedWorkspace, PresentRun } from "../facts/Observed.ts"
import { runFacts } from "../facts/Run.ts"
import type { RunKey } from "../facts/RunKey.ts"
import { runByUid } from "../facts/Snapshot.ts"
import { Stores, withRun } from "../facts/Stores.ts"
import { profiled } from "../kinds/Profiled.ts"
import { runKinds } from "../kinds/RunKinds.ts"
import type { RunSpec } from "../kinds/RunSpec.ts"
import { type Place, placeOf } from "../line/Place.ts"
import { type NeededSecret, secretsOf } from "../manifest/SecretsOf.ts"
import { NonceSource } from "./Nonce.ts"
import { makeObserve } from "./Observe.ts"
import { makeReads, type Reads } from "./Reads.ts"
import { ControllerSettings } from "./Settings.ts"

/** What an attempt starts with. */
export interface PreviewedAttempt {
  readonly job: Job
  readonly files: ConfigMap
  readonly secrets: ReadonlyArray<NeededSecret>
}

/** What a round would write into the status. */
interface Said {
  readonly phase: string | undefined
  readonly reason: string | undefined
  readonly message: string | undefined
}

interface Grants extends Budget {
  readonly timeoutSeconds: number
}

export interface Preview {
  readonly stage: string
  readonly rule: string
  readonly actions: ReadonlyArray<{ readonly action: Action["_tag"]; readonly object: string }>
  readonly status: Said | undefined
  readonly wakeAt: DateTime.Utc | undefined
  /** Of the next attempt to start, when its turn has come. */
  readonly attempt: PreviewedAttempt | undefined
  /** How the run ends instead, when its turn has come. */
  readonly failure: Said | undefined
  readonly workspace:
    | { readonly claim: string; readonly exists: boolean; readonly holder: string | undefined }
    | undefined
  readonly place: Place | undefined
  /** What it may still spend, and how long an attempt may take; undefined: its spec cannot be read, or it has ended. */
  readonly grants: Grants | undefined
  readonly model: string | undefined
  readonly price: ModelPrice | undefined
}

/** Stands for the random part of names that are made when an attempt starts. */
export const unknownNonce = "0000000000000000"

export class Previews extends Context.Service<Previews, {
  /** Of a run that is not stored, with a name and a UID that stand for those it would get. */
  readonly ofNew: (kind: KindName, run: CustomObject) => Effect.Effect<Preview, KubernetesError>
  /** What the next round does with a run, as far as this process has heard of it. */
  readonly ofStored: (key: RunKey) => Effect.Effect<Preview, KubernetesError>
  /** What a run may spend over all attempts, and how long one may take; undefined where its spec cannot be read. */
  readonly limitsOf: (kind: KindName, run: CustomObject) => Grants | undefined
}>()("@orchestrator/controller/loop/Previews") {
  static readonly layer = Layer.effect(
    Previews,
    Effect.gen(function*() {
      const stores = yield* Stores
      const reads = yield* makeReads
      const context = yield* Effect.context<KubernetesClient | Templates | ControllerSettings>()
      const { config } = yield* ControllerSettings
      const look = (over: Stores["Service"], reading: Reads, key: RunKey) =>
        preview(over, reading, key).pipe(
          Effect.provideService(NonceSource, () => unknownNonce),
          Effect.provide(context)
        )
      return Previews.of({
        ofStored: (key) => look(stores, reads, key),
        limitsOf: (kind, run) => {
          const spec = Result.getOrUndefined(readSpec(kind, run))
          const filled = spec === undefined ? undefined : profiled(spec, config)
          return filled && { ...grantedBudget(filled, config), timeoutSeconds: timeoutOf(filled, config) }
        },
        ofNew: (kind, run) => {
          const facts = runFacts(kind, run)
          const whole = (known: LiveRun) => Effect.succeed(withSpecOf(known, run))
          return look(withRun(stores, facts), { ...reads, wholeRun: whole }, facts)
        }
      })
    })
  )
}

const timeoutOf = ({ timeoutSeconds }: RunSpec, { job }: OrchestratorConfig): number =>
  timeoutSeconds ?? job.activeDeadlineSeconds

const preview = Effect.fnUntraced(function*(stores: Stores["Service"], reads: Reads, key: RunKey) {
  const { config } = yield* ControllerSettings
  const { observe, render } = yield* makeObserve(stores, reads)
  const observed = yield* observe(key)
  const decided = plan(observed)
  const ahead = yield* inItsTurn(observed, reads)
  const later = ahead === undefined ? decided : plan(rendered(ahead, render))
  const attempt = attemptOf(decided) ?? attemptOf(later)
  const stage = stageOf(observed)
  // With what its profile fills in.
  const spec = stage.tag === "NotStarted" || stage.tag === "Started" ? stage.spec : undefined
  const { run, workspace } = observed
  const holder = workspace && stores.workspaces.get({ namespace: key.namespace, name: workspace.claim })?.holder
  const result: Preview = {
    stage: stage.tag,
    rule: decided.rule,
    actions: decided.actions.map((action) => ({ action: action._tag, object: objectOf(action) })),
    status: saidBy(decided),
    wakeAt: decided.wakeAt,
    attempt,
    failure: attempt === undefined && ahead !== undefined ? saidBy(later) : undefined,
    workspace: workspace && {
      claim: workspace.claim,
      exists: workspace.current !== undefined,
      holder: holder === undefined || holder === run?.uid ? undefined : runByUid(stores, holder)?.name
    },
    place: placeOf({ snapshot: stores, config, now: observed.now }, key),
    grants: run === undefined || run.ended || spec === undefined ? undefined : {
      ...remainingBudget(run, spec, config),
      timeoutSeconds: timeoutOf(spec, config)
    },
    model: spec?.model,
    price: spec && runPriceOf(config.model, spec)
  }
  return result
})

/** The workspace once it is free. A claim that is being deleted is made anew. */
const freed = (workspace: ObservedWorkspace): ObservedWorkspace =>
  workspace.turn.tag === "taken" ? workspace : {
    ...workspace,
    current: workspace.turn.tag === "deleting" ? undefined : workspace.current,
    turn: { tag: "free" }
  }

/** What will be observed of a run when nothing is left to wait for; undefined where it has no attempt to start. */
const inItsTurn = Effect.fnUntraced(function*(observed: Observed, reads: Reads) {
  const stage = stageOf(observed)
  if (stage.tag !== "NotStarted") return undefined
  const { run, workspace } = stage
  const whole = run.isWhole ? run : yield* reads.wholeRun(run)
  const ahead: PresentRun = {
    ...observed,
    run: { ...(whole ?? run), suspended: false },
    now: pausedUntil(stage) ?? observed.now,
    obstacle: undefined,
    hold: undefined,
    reachedLimit: undefined,
    fullBudget: undefined,
    workspace: workspace && freed(workspace)
  }
  return ahead
})

const rendered = (ahead: PresentRun, render: (run: LiveRun) => Observed["files"]["rendered"]): PresentRun => ({
  ...ahead,
  files: { ...ahead.files, rendered: ahead.files.rendered ?? render(ahead.run) }
})

const attemptOf = ({ actions }: Plan): PreviewedAttempt | undefined => {
  const job = actions.find((action): action is ActionOf<"CreateJob"> => action._tag === "CreateJob")?.job
  const files = actions.find((action): action is ActionOf<"CreateFiles"> => action._tag === "CreateFiles")?.files
  return job === undefined || files === undefined ? undefined : { job, files, secrets: secretsOf(job) }
}

const textIn = (status: Readonly<Record<string, unknown>>, field: string): string | undefined => {
  const value = status[field]
  return typeof value === "string" ? value : undefined
}

const saidBy = ({ actions }: Plan): Said | undefined => {
  const written = actions.find((action): action is ActionOf<"WriteStatus"> => action._tag === "WriteStatus")?.status
  return written && {
    phase: textIn(written, "phase"),
    reason: textIn(written, "reason"),
    message: textIn(written, "message")
  }
}

/** What an action is done to, as kubectl names it. */
const objectOf = Action.$match({
  CreateWorkspace: ({ claim }) => `pvc/${claim.metadata.name}`,
  LeaseWorkspace: ({ claim }) => `pvc/${claim}`,
  CreateJob: ({ job }) => `job/${job.metadata.name}`,
  CreateFiles: ({ files }) => `configmap/${files.metadata.name}`,
  StopJob: ({ name }) => `job/${name}`,
  DeleteJob: ({ name }) => `job/${name}`,
  ReleaseJob: ({ name }) => `job/${name}`,
  MarkJob: ({ name }) => `job/${name}`,
  ForgetSpent: () => "configmaps of what runs have cost",
  RecordSpent: ({ entries: [first] }) => `configmap/${ledgerOf(first.attempt)}`,
  WriteStatus: ({ run }) => `${runKinds[run.kind].singular}/${run.name}`,
  SettleStatus: ({ kind, object }) => `${runKinds[kind].singular}/${object.metadata.name}`,
  ReadRun: ({ kind, name }) => `${runKinds[kind].singular}/${name}`
})
