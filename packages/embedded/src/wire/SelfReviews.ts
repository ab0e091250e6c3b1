/** Questions that a client asks about itself. Whoever has the token may do everything that is served; the answers say so. */
import type { StructuralSchema } from "@orchestrator/domain/CustomResourceDefinition"
import { type Kind, makeKind } from "@orchestrator/k8s/Kinds"
import type { KubernetesObject } from "@orchestrator/k8s/Objects"
import { Option, Schema } from "effect"
import { selfSubjectAccessReview, selfSubjectReview, selfSubjectRulesReview } from "../kinds/Extensions.ts"
import { resourceKey, type ServedKind } from "../kinds/ServedKinds.ts"
import { verbsOf } from "./Discovery.ts"

const review = (group: string, name: string, schema: StructuralSchema): ServedKind => {
  const kind = makeKind(`${group}/v1`, name, `${name.toLowerCase()}s`, { cluster: true, createOnly: true })
  return { kind, resource: resourceKey(kind), schema }
}

export const selfReviewKinds: ReadonlyArray<ServedKind> = [
  review("authorization.k8s.io", "SelfSubjectAccessReview", selfSubjectAccessReview),
  review("authorization.k8s.io", "SelfSubjectRulesReview", selfSubjectRulesReview),
  review("authentication.k8s.io", "SelfSubjectReview", selfSubjectReview)
]

const rules = {
  incomplete: false,
  resourceRules: [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }],
  nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }]
}

const self = { userInfo: { username: "orchestrator-dev", groups: ["system:masters", "system:authenticated"] } }

const decodeAsked = Schema.decodeUnknownOption(
  Schema.Struct({
    resourceAttributes: Schema.optionalKey(Schema.Struct({
      verb: Schema.optionalKey(Schema.String),
      group: Schema.optionalKey(Schema.String),
      resource: Schema.optionalKey(Schema.String),
      subresource: Schema.optionalKey(Schema.String)
    }))
  })
)

/** Yes for what is served: of the rest nobody may do anything. */
const accessTo = (spec: unknown, kinds: ReadonlyArray<ServedKind>): object => {
  const asked = Option.getOrUndefined(decodeAsked(spec))?.resourceAttributes
  if (asked === undefined || asked.resource === undefined || asked.resource === "*") return allowed
  const { group = "", resource, subresource = "", verb = "*" } = asked
  const served = kinds.find(({ kind }) => kind.plural === resource && (group === "*" || kind.group === group))?.kind
  const isServed = served !== undefined && (verb === "*" || verbsOf(served, subresource).includes(verb))
  return isServed ? allowed : { allowed: false, reason: "the local cluster does not serve it" }
}

const allowed = { allowed: true, reason: "the holder of the token may do everything" }

/** The review with its answer; undefined where the kind is none of these. */
export const answerSelfReview = (
  { group, kind }: Kind,
  review: KubernetesObject,
  kinds: ReadonlyArray<ServedKind>
): KubernetesObject | undefined => {
  if (!group.endsWith(".k8s.io")) return undefined
  const answered = (status: object): KubernetesObject => ({ ...review, ...{ status } })
  switch (kind) {
    case "SelfSubjectAccessReview":
      return answered(accessTo("spec" in review ? review.spec : undefined, kinds))
    case "SelfSubjectRulesReview":
      return answered(rules)
    case "SelfSubjectReview":
      return answered(self)
    default:
      return undefined
  }
}
