/** Questions that a client asks about itself. Whoever has the token may do everything; the answers say so. */
import type { Kind } from "../../Kinds.ts"
import type { KubernetesObject } from "../../Objects.ts"
import type { ServedKind } from "../ServedKinds.ts"

const review = (group: string, name: string): ServedKind => {
  const plural = `${name.toLowerCase()}s`
  const kind: Kind = {
    group,
    version: "v1",
    kind: name,
    plural,
    singular: name.toLowerCase(),
    shortNames: [],
    categories: [],
    namespaced: false,
    hasStatus: false,
    hasGeneration: false,
    createOnly: true
  }
  return { kind, resource: `${group}/${plural}`, schema: {} }
}

export const selfReviewKinds: ReadonlyArray<ServedKind> = [
  review("authorization.k8s.io", "SelfSubjectAccessReview"),
  review("authorization.k8s.io", "SelfSubjectRulesReview"),
  review("authentication.k8s.io", "SelfSubjectReview")
]

const answers: Readonly<Record<string, object>> = {
  SelfSubjectAccessReview: { allowed: true, reason: "the holder of the token may do everything" },
  SelfSubjectRulesReview: {
    incomplete: false,
    resourceRules: [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }],
    nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }]
  },
  SelfSubjectReview: { userInfo: { username: "orchestrator-dev", groups: ["system:masters", "system:authenticated"] } }
}

/** The review with its answer; undefined where the kind is none of these. */
export const answerSelfReview = ({ group, kind }: Kind, review: KubernetesObject): KubernetesObject | undefined => {
  const answer = group.endsWith(".k8s.io") && Object.hasOwn(answers, kind) ? answers[kind] : undefined
  const answered = { ...review, status: answer }
  return answer === undefined ? undefined : answered
}
