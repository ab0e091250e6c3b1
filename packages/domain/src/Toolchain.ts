/**
 * What a repository needs to be worked on: an image, resources, a script that makes it ready. A run names them itself, or a profile of the
 * configuration that has them under the same names; the run's own come first, and what neither has is the configuration's.
 */
import { Schema } from "effect"
import { AgentName } from "./AgentName.ts"
import { ImageName } from "./ImageName.ts"
import { ProviderName } from "./ModelProviders.ts"
import { quantity } from "./Quantity.ts"
import { CostUsd, TimeoutSeconds, Turns } from "./SpecLimits.ts"
import { atMost, maxEntries, RelativePath, rule, ToolList } from "./SpecText.ts"

const optional = Schema.optionalKey

const Amounts = Schema.Record(
  Schema.String,
  Schema.String.check(
    atMost(32),
    rule<string>("a quantity such as 500m or 2Gi", (text) => quantity(text) !== undefined)
  )
).check(maxEntries(8))

/** Of the agent's container, by the resource's name. */
export const Resources = Schema.Struct({
  requests: optional(Amounts.annotate({ description: "What is kept free for it, such as cpu: 500m" })),
  limits: optional(Amounts.annotate({ description: "The most that it may take, such as memory: 8Gi" }))
})
export type Resources = typeof Resources.Type

/** The script of a repository that makes it ready, where nobody names another one. */
export const defaultSetup = ".orchestrator/setup.sh"

const SetupPath = RelativePath.check(
  rule<string>("the path of a file", (text) => text.trim() !== "" && !text.endsWith("/"))
)

/** A name that can be part of a file's name, a folder or not. */
const ProfileName = Schema.String.check(
  atMost(63),
  rule<string>(
    "a name of lower-case letters, digits and -",
    (text) => /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(text)
  )
)

/** Of a spec, of either kind. */
export const toolchain = {
  profile: optional(ProfileName.annotate({
    description:
      "Name of a profile of the configuration: templates, image, resources, tools and limits, each of which counts where this spec names none"
  })),
  agent: optional(AgentName.annotate({
    description: "Program that does the work. Default: the profile's, then agent.default of the configuration"
  })),
  provider: optional(ProviderName.annotate({
    description:
      "Who serves the model: anthropic, openai, google, or a name in model.providers of the configuration. Default: the profile's, then by the beginning of the model's name"
  })),
  image: optional(ImageName.annotate({
    description:
      "Image of the agent's container; one that agent.allowedImages names. It has what the agent's own image has, and the repository's toolchain"
  })),
  resources: optional(Resources.annotate({
    description:
      "Requests and limits of the agent's container, each at most limits.maxResources; what is not named is the configuration's"
  })),
  setup: optional(SetupPath.annotate({
    description:
      "Script of the repository that is run before the agent, without credentials and for at most agent.setupTimeoutSeconds. Default: .orchestrator/setup.sh where there is one"
  }))
}

/** A profile of the configuration. */
export const Profile = Schema.Struct({
  /** Name of a set of templates: `sets/<name>/` in the folder of templates, or `sets_<name>_` before the name of each. */
  templates: optional(ProfileName),
  agent: optional(AgentName),
  provider: optional(ProviderName),
  image: optional(ImageName),
  resources: optional(Resources),
  setup: optional(SetupPath),
  localTools: optional(ToolList),
  remoteTools: optional(ToolList),
  timeoutSeconds: optional(TimeoutSeconds),
  maxCostUsd: optional(CostUsd),
  maxTurns: optional(Turns)
})
export type Profile = typeof Profile.Type

export const Profiles = Schema.Record(Schema.String, Profile).check(
  rule<{ readonly [name: string]: unknown }>(
    "names of lower-case letters, digits and -",
    (profiles) => Object.keys(profiles).every((name) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(name))
  )
)
