/** A run's spec with what its profile fills in: the run's own fields come first, and what neither names is the configuration's. */
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import type { Profile, Resources } from "@orchestrator/domain/Toolchain"
import type { RunSpec } from "./RunSpec.ts"

/** Undefined where the run names none, or one that is not there. */
export const profileOf = (
  { profile }: Pick<RunSpec, "profile">,
  { profiles }: OrchestratorConfig
): Profile | undefined => profile !== undefined && Object.hasOwn(profiles, profile) ? profiles[profile] : undefined

const filledResources = (own: Resources | undefined, profile: Resources | undefined): Resources | undefined =>
  own === undefined || profile === undefined ? own ?? profile : {
    requests: { ...profile.requests, ...own.requests },
    limits: { ...profile.limits, ...own.limits }
  }

export const profiled = (spec: RunSpec, config: OrchestratorConfig): RunSpec => {
  const profile = profileOf(spec, config)
  if (profile === undefined) return spec
  return {
    ...spec,
    templates: profile.templates,
    agent: spec.agent ?? profile.agent,
    provider: spec.provider ?? profile.provider,
    image: spec.image ?? profile.image,
    resources: filledResources(spec.resources, profile.resources),
    setup: spec.setup ?? profile.setup,
    tools: spec.tools === undefined ? undefined : {
      local: spec.tools.local ?? profile.localTools,
      remote: spec.tools.remote ?? profile.remoteTools
    },
    timeoutSeconds: spec.timeoutSeconds ?? profile.timeoutSeconds,
    maxCostUsd: spec.maxCostUsd ?? profile.maxCostUsd,
    maxTurns: spec.maxTurns ?? profile.maxTurns
  }
}
