/** The image, resources and profile that a run may have, and what its agent's container gets of them. */
import { type AgentName, holdsLimits } from "@orchestrator/domain/AgentName"
import type { FieldProblem } from "@orchestrator/domain/Decode"
import { isAllowedImage } from "@orchestrator/domain/ImageName"
import { providerNames } from "@orchestrator/domain/ModelProviders"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { quantity } from "@orchestrator/domain/Quantity"
import { aboveCeilings } from "@orchestrator/domain/ResourceCeilings"
import { profileOf } from "../kinds/Profiled.ts"
import type { RunSpec } from "../kinds/RunSpec.ts"

type Amounts = Readonly<Record<string, string>>

export const agentOf = ({ agent }: Pick<RunSpec, "agent">, config: OrchestratorConfig): AgentName =>
  agent ?? config.agent.default

const configuredImage = (spec: RunSpec, config: OrchestratorConfig): string => {
  const { image: claude, images } = config.agent
  const { digest, repository, tag } = { claude, ...images }[agentOf(spec, config)]
  return digest === "" ? `${repository}:${tag}` : `${repository}@${digest}`
}

export const imageOf = (spec: RunSpec, config: OrchestratorConfig): string =>
  spec.image ?? configuredImage(spec, config)

/** Without a broker nobody but the agent itself holds it to its limits. */
const refusedAgent = (spec: RunSpec, config: OrchestratorConfig): ReadonlyArray<FieldProblem> => {
  const agent = agentOf(spec, config)
  if (config.agent.credentials === "broker" || holdsLimits.has(agent)) return []
  return [{
    path: "spec.agent",
    expected: `${
      [...holdsLimits].join(", ")
    }, or a configuration with agent.credentials broker: nothing else holds ${agent} to its limits`,
    found: JSON.stringify(agent)
  }]
}

/** Providers are the broker's to ask, with proofs that it alone has. */
const refusedProvider = (
  { provider }: RunSpec,
  { agent: { credentials }, model: { providers } }: OrchestratorConfig
): ReadonlyArray<FieldProblem> => {
  if (provider === undefined) return []
  const names = providerNames(providers)
  if (credentials === "broker" && names.includes(provider)) return []
  const expected = credentials === "broker"
    ? `one of ${names.join(", ")}: model.providers of the configuration adds others`
    : "nothing, or a configuration with agent.credentials broker: nothing else asks providers"
  return [{ path: "spec.provider", expected, found: JSON.stringify(provider) }]
}

/** Requests and limits of the agent's container. */
export const resourcesOf = (
  { resources }: RunSpec,
  { agent }: OrchestratorConfig
): { readonly requests: Amounts; readonly limits: Amounts } =>
  resources === undefined ? agent.resources : {
    requests: { ...agent.resources.requests, ...resources.requests },
    limits: { ...agent.resources.limits, ...resources.limits }
  }

const unknownProfile = (spec: RunSpec, config: OrchestratorConfig): ReadonlyArray<FieldProblem> => {
  if (spec.profile === undefined || profileOf(spec, config) !== undefined) return []
  const names = Object.keys(config.profiles).toSorted().join(", ")
  const expected = names === "" ? "no profile, since the configuration has none (profiles)" : `one of ${names}`
  return [{ path: "spec.profile", expected, found: JSON.stringify(spec.profile) }]
}

/** What the administrator has named elsewhere needs no entry. */
const refusedImage = (spec: RunSpec, config: OrchestratorConfig): ReadonlyArray<FieldProblem> => {
  const { image } = spec
  const { agent: { allowedImages } } = config
  if (image === undefined || image === profileOf(spec, config)?.image || image === configuredImage(spec, config)) {
    return []
  }
  if (isAllowedImage(image, allowedImages)) return []
  const named = allowedImages.length === 0 ? "it is empty" : allowedImages.join(", ")
  return [{
    path: "spec.image",
    expected: `an image in agent.allowedImages (${named}), or a profile that has it`,
    found: JSON.stringify(image)
  }]
}

/** Kubernetes refuses a request that is above its limit. */
const aboveLimits = (spec: RunSpec, config: OrchestratorConfig): ReadonlyArray<FieldProblem> => {
  if (spec.resources === undefined) return []
  const { limits, requests } = resourcesOf(spec, config)
  return Object.entries(requests).flatMap(([name, request]) => {
    const limit = limits[name]
    if (limit === undefined || (quantity(request) ?? 0) <= (quantity(limit) ?? Infinity)) return []
    return [{
      path: `spec.resources.requests.${name}`,
      expected: `at most its limit, ${limit}: name both in spec.resources`,
      found: request
    }]
  })
}

/** Of a spec that has its profile's fields; empty where it can have what it asks for. */
export const refusedToolchain = (spec: RunSpec, config: OrchestratorConfig): ReadonlyArray<FieldProblem> => [
  ...unknownProfile(spec, config),
  ...refusedAgent(spec, config),
  ...refusedProvider(spec, config),
  ...refusedImage(spec, config),
  ...aboveCeilings("spec.resources", spec.resources ?? {}, config.limits.maxResources),
  ...aboveLimits(spec, config)
]
