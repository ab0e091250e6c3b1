/** Workspaces as clients see them, and the end of an idle one. */
import { everyRunKind } from "@orchestrator/domain/kinds/RunKinds"
import { holderAnnotation, ourLabels } from "@orchestrator/domain/Labels"
import { isTerminal } from "@orchestrator/domain/Phase"
import { phaseOf, statusText } from "@orchestrator/domain/RunView"
import { tenantOn } from "@orchestrator/domain/Tenant"
import { PersistentVolumeClaimKind } from "@orchestrator/k8s/Kinds"
import { hasReason, type KubernetesError } from "@orchestrator/k8s/KubernetesError"
import type { CustomObject, PersistentVolumeClaim } from "@orchestrator/k8s/Objects"
import { DateTime, Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../contract/Api.ts"
import { ClusterUnavailable, WorkspaceBusy, WorkspaceNotFound } from "../contract/Problem.ts"
import type { Workspace, WorkspacePlan } from "../contract/Workspaces.ts"
import { noteRun } from "../services/Audit.ts"
import type { WorkspaceUse } from "../services/Lines.ts"
import { wholeProblem } from "./ClusterProblems.ts"
import { eachRun } from "./ListRuns.ts"
import { refOf, type RunAccess, runAccess } from "./RunAccess.ts"

const labels = { ...ourLabels, component: "workspace" }
const labelSelector = Object.entries(labels).map((label) => label.join("=")).join(",")

const isOurs = ({ metadata }: PersistentVolumeClaim): boolean =>
  Object.entries(labels).every(([name, value]) => metadata.labels?.[name] === value)

const absent = (name: string) =>
  new WorkspaceNotFound({
    detail: `There is no workspace named ${JSON.stringify(name)}`,
    hint: "List the workspaces to see what exists; a PersistentVolumeClaim without the orchestrator's labels is none"
  })

const claimProblem = (name: string) => (error: KubernetesError) =>
  hasReason("NotFound")(error) ? absent(name) : wholeProblem(error)

/** What the runs tell of workspaces: by its name, when each was last used; and of runs that have not ended, the names by UID. */
interface Known {
  readonly lastUses: ReadonlyMap<string, string>
  readonly live: ReadonlyMap<string, string>
}

const knownFrom = Effect.fnUntraced(function*(kinds: ReadonlyArray<RunAccess>) {
  const lastUses = new Map<string, string>()
  const live = new Map<string, string>()
  const note = (run: CustomObject) => {
    const { name = "", uid = "" } = run.metadata
    if (!isTerminal(phaseOf(run))) live.set(uid, name)
    const workspace = statusText(run, "workspace")
    const time = statusText(run, "finishedAt") ?? statusText(run, "lastUpdate") ?? statusText(run, "startedAt")
    if (workspace === undefined || time === undefined) return
    if (time > (lastUses.get(workspace) ?? "")) lastUses.set(workspace, time)
  }
  for (const runs of kinds) yield* eachRun(runs, {}, (part) => part.forEach(note))
  return { lastUses, live } satisfies Known
})

const nobody: WorkspaceUse = { holders: [], line: [] }

/** As the controller's stores have it, which may have yet to hear of the run that the claim names. */
const useOf = ({ lines, settings }: RunAccess, { metadata }: PersistentVolumeClaim, { live }: Known) => {
  const { annotations, name = "" } = metadata
  const named = live.get(annotations?.[holderAnnotation] ?? "")
  return Effect.map(
    lines?.useOf({ namespace: settings.namespace, name }) ?? Effect.succeed(nobody),
    (use): WorkspaceUse =>
      use.holders.length > 0 || named === undefined || use.line.includes(named) ? use : { ...use, holders: [named] }
  )
}

const answerOf = (claim: PersistentVolumeClaim, { holders, line }: WorkspaceUse, { lastUses }: Known): Workspace => {
  const { metadata, spec, status } = claim
  const { annotations, creationTimestamp = "", deletionTimestamp, name = "", uid = "" } = metadata
  const tenant = tenantOn(annotations)
  const size = status?.capacity?.["storage"] ?? spec.resources?.requests?.["storage"]
  const lastUsedAt = lastUses.get(name)
  return {
    name,
    uid,
    ...(tenant === undefined || tenant === "unknown" ? {} : tenant),
    ...(size === undefined ? {} : { size }),
    ...(status?.phase === undefined ? {} : { phase: status.phase }),
    createdAt: creationTimestamp,
    ...(deletionTimestamp === undefined ? {} : { deletedAt: deletionTimestamp }),
    ...(lastUsedAt === undefined ? {} : { lastUsedAt }),
    holders,
    line: line.map((run, index) => ({ run, position: index + 1 }))
  }
}

const busy = (name: string, { holders, line }: WorkspaceUse) =>
  new WorkspaceBusy({
    detail: `The workspace ${JSON.stringify(name)} is ${
      [
        ...(holders.length === 0 ? [] : [`used by ${holders.join(", ")}`]),
        ...(line.length === 0 ? [] : [`waited for by ${line.join(", ")}`])
      ].join(" and ")
    }`,
    hint: "Wait until these runs have ended, or cancel them",
    holders,
    line
  })

const given = (name: string) =>
  new WorkspaceBusy({
    detail: `The workspace ${JSON.stringify(name)} was changed at this moment: a run may have been given it`,
    hint: "Read the workspace again, and retry if it is idle",
    holders: [],
    line: []
  })

const unseen = () =>
  new ClusterUnavailable({
    detail: "No controller runs beside this API, so it cannot tell who uses a workspace",
    hint: "Ask a replica of `orchestrator serve`, or delete the claim with kubectl when no run needs it"
  })

const getClaim = Effect.fnUntraced(function*(runs: RunAccess, name: string) {
  const claim = yield* runs.client.get(PersistentVolumeClaimKind, refOf(runs, name)).pipe(
    Effect.mapError(claimProblem(name))
  )
  return isOurs(claim) ? claim : yield* absent(name)
})

/** Only the claim that was looked at goes: whoever was given it meanwhile has changed it. */
const deleteWorkspace = Effect.fnUntraced(function*(runs: RunAccess, kinds: ReadonlyArray<RunAccess>, name: string) {
  yield* noteRun(name)
  const claim = yield* getClaim(runs, name)
  if (runs.lines === undefined) return yield* unseen()
  const use = yield* useOf(runs, claim, yield* knownFrom(kinds))
  if (use.holders.length + use.line.length > 0) return yield* busy(name, use)
  const { resourceVersion, uid } = claim.metadata
  yield* runs.client.delete(PersistentVolumeClaimKind, refOf(runs, name), { uid, resourceVersion }).pipe(
    Effect.mapError((error) => hasReason("Conflict")(error) ? given(name) : claimProblem(name)(error))
  )
})

/** Of a plan that nobody says another number for, where the configuration has none. */
const usualDays = 30

const iso = (millis: number): string => DateTime.formatIso(DateTime.makeUnsafe(millis))

const planUnused = Effect.fnUntraced(function*({ lines, settings }: RunAccess, asked: number | undefined) {
  if (lines === undefined) return yield* unseen()
  const daysOf = (configured: number | undefined) => asked ?? configured ?? usualDays
  const { configured, items } = yield* lines.unusedIn(settings.namespace, daysOf).pipe(Effect.mapError(wholeProblem))
  const plan: WorkspacePlan = {
    unusedDays: daysOf(configured),
    ...(configured === undefined ? {} : { deletesAfterDays: configured }),
    items: items.map(({ because, goes, name, usedAt }) => ({
      name,
      ...(usedAt === undefined ? {} : { lastUsedAt: iso(usedAt) }),
      goes,
      because
    }))
  }
  return plan
})

export const WorkspacesHandlers = HttpApiBuilder.group(
  Api,
  "workspaces",
  Effect.fnUntraced(function*(handlers) {
    const leasing = yield* Effect.forEach(everyRunKind.filter(({ leasesWorkspace }) => leasesWorkspace), runAccess)
    const asked = Effect.gen(function*() {
      const kinds = yield* Effect.all(leasing)
      const [runs] = kinds
      return runs === undefined ? yield* Effect.die("no kind of run leases a workspace") : { kinds, runs }
    })
    const shown = (runs: RunAccess, claim: PersistentVolumeClaim, known: Known) =>
      Effect.map(useOf(runs, claim, known), (use) => answerOf(claim, use, known))
    return handlers.handleAll({
      list: Effect.fnUntraced(function*() {
        const { kinds, runs } = yield* asked
        const { items } = yield* runs.client.list(PersistentVolumeClaimKind, {
          namespace: runs.settings.namespace,
          labelSelector
        }).pipe(Effect.mapError(wholeProblem))
        const known = yield* knownFrom(kinds)
        return { items: yield* Effect.forEach(items, (claim) => shown(runs, claim, known)) }
      }),
      plan: ({ query: { unusedDays } }) => Effect.flatMap(asked, ({ runs }) => planUnused(runs, unusedDays)),
      get: Effect.fnUntraced(function*({ params: { name } }) {
        const { kinds, runs } = yield* asked
        const claim = yield* getClaim(runs, name)
        return yield* shown(runs, claim, yield* knownFrom(kinds))
      }),
      delete: ({ params: { name } }) => Effect.flatMap(asked, ({ kinds, runs }) => deleteWorkspace(runs, kinds, name))
    })
  })
)
