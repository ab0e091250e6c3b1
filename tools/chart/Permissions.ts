/** Permissions and the rules of a role in the same words, so that the chart's roles can be held to what the program asks for. */
import type { Permission } from "@orchestrator/cli/serve/Permissions"
import { isObject, type Json, valueIn } from "./Json.ts"

/** `batch/jobs/status:update`, one for each verb. */
export const permissionWords = (granted: ReadonlyArray<Permission>): ReadonlySet<string> =>
  new Set(
    granted.flatMap(({ kind, subresource, verbs }) =>
      verbs.map((verb) => `${kind.group}/${kind.plural}${subresource === undefined ? "" : `/${subresource}`}:${verb}`)
    )
  )

/** A rule of a Role. */
interface PolicyRule {
  readonly apiGroups: ReadonlyArray<string>
  readonly resources: ReadonlyArray<string>
  readonly resourceNames?: ReadonlyArray<string>
  readonly verbs: ReadonlyArray<string>
}

/** The same words for the rules of a Role. */
export const ruleWords = (rules: ReadonlyArray<PolicyRule>): ReadonlySet<string> =>
  new Set(
    rules.flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) => resources.flatMap((each) => verbs.map((verb) => `${group}/${each}:${verb}`)))
    )
  )

const texts = (value: Json | undefined): ReadonlyArray<string> =>
  Array.isArray(value) ? value.filter((each) => typeof each === "string") : []

/** The rules of a Role. */
export const rulesOf = (role: Json): ReadonlyArray<PolicyRule> => {
  const rules = valueIn(role, "rules")
  return (Array.isArray(rules) ? rules.filter(isObject) : []).map((rule) => ({
    apiGroups: texts(rule["apiGroups"]),
    resources: texts(rule["resources"]),
    resourceNames: texts(rule["resourceNames"]),
    verbs: texts(rule["verbs"])
  }))
}
