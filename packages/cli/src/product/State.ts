/** What the program knows of itself, for who looks after it: every replica tells of its own. */
import { Stores } from "@orchestrator/controller/facts/Stores"
import { activeRuns } from "@orchestrator/controller/line/Admission"
import { type BudgetUse, budgetUse, usedUsd } from "@orchestrator/controller/line/BudgetUse"
import { Controller } from "@orchestrator/controller/loop/Controller"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import type { Finding, LimitState } from "@orchestrator/http/contract/Installation"
import { InstallationState } from "@orchestrator/http/services/InstallationState"
import { Leadership } from "@orchestrator/k8s/leadership/Leadership"
import { DateTime, Effect, Layer } from "effect"

export interface StateOptions {
  readonly config: OrchestratorConfig
  /** Of this replica. */
  readonly identity?: string | undefined
  readonly kubernetesVersion?: Effect.Effect<string | undefined> | undefined
  /** What was looked at besides what `/ready` says. */
  readonly findings?: Effect.Effect<ReadonlyArray<Finding>> | undefined
}

const iso = (millis: number): string => DateTime.formatIso(DateTime.makeUnsafe(millis))

const limited = (name: string, limit: number | undefined): LimitState => ({
  name: `limits.${name}`,
  ...(limit === undefined ? {} : { limit })
})

/** Counted limits with what is used of them, for each who uses some; the ceilings; and budgets, of which what runs that work may spend is used. Pure. */
export const limitsOf = (
  { limits }: Pick<OrchestratorConfig, "limits">,
  { byGithubUser, byService, total }: ReturnType<typeof activeRuns>,
  budgets: ReadonlyArray<BudgetUse> = []
): ReadonlyArray<LimitState> => {
  const each = (name: "activeRunsPerGithubUser" | "activeRunsPerService", counts: ReadonlyMap<string, number>) =>
    counts.size === 0
      ? [limited(name, limits[name])]
      : [...counts].sort(([, left], [, right]) => right - left).map(([of, used]) => ({
        ...limited(name, limits[name]),
        of,
        used
      }))
  return [
    { ...limited("activeRuns", limits.activeRuns), used: total },
    ...each("activeRunsPerGithubUser", byGithubUser),
    ...each("activeRunsPerService", byService),
    ...(["maxCostUsd", "maxTurns", "maxTimeoutSeconds", "defaultMaxCostUsd", "defaultMaxTurns"] as const).map((name) =>
      limited(name, limits[name])
    ),
    ...budgets.map((use) => ({
      name: use.name,
      ...(use.whose === undefined ? {} : { of: use.whose }),
      used: usedUsd(use),
      limit: use.limitUsd
    }))
  ]
}

export const layerState = ({ config, findings, identity, kubernetesVersion }: StateOptions) =>
  Layer.effect(
    InstallationState,
    Effect.gen(function*() {
      const { caches } = yield* Controller
      const snapshot = yield* Stores
      const { leads, problem } = yield* Leadership
      return InstallationState.of({
        identity: identity ?? "this process",
        startedAt: DateTime.formatIso(yield* DateTime.now),
        leads,
        electionProblem: problem,
        kubernetesVersion: kubernetesVersion ?? Effect.undefined,
        caches: Effect.map(caches, (all) =>
          all.map(({ changedAt, kind, listedAt, objects, problem }) => ({
            kind,
            objects,
            ...(listedAt === undefined ? {} : { listedAt: iso(listedAt) }),
            ...(changedAt === undefined ? {} : { changedAt: iso(changedAt) }),
            ...(problem === undefined ? {} : { problem })
          }))),
        limits: Effect.map(DateTime.now, (now) => {
          const moment = { snapshot, config, now }
          return limitsOf(config, activeRuns(moment), budgetUse(moment))
        }),
        findings: findings ?? Effect.succeed([])
      })
    })
  )
