/** The rules of every kind that has some. */
import type { ServedKind } from "../kinds/ServedKinds.ts"
import { claimRules } from "./ClaimRules.ts"
import { configMapRules } from "./ConfigMapRules.ts"
import { definitionRules } from "./DefinitionRules.ts"
import { eventRules } from "./EventRules.ts"
import { jobRules } from "./JobRules.ts"
import { namespaceRules } from "./NamespaceRules.ts"
import { podRules } from "./PodRules.ts"
import type { KindRules } from "./Rules.ts"
import { secretRules } from "./SecretRules.ts"

const none: KindRules = {}
const conditional: KindRules = { conditionalUpdate: true }

const builtIn: Readonly<Record<string, KindRules>> = {
  "/configmaps": configMapRules,
  "/events": eventRules,
  "/namespaces": namespaceRules,
  "/persistentvolumeclaims": claimRules,
  "/pods": podRules,
  "/secrets": secretRules,
  "/serviceaccounts": conditional,
  "apiextensions.k8s.io/customresourcedefinitions": definitionRules,
  "batch/jobs": jobRules,
  "coordination.k8s.io/leases": conditional
}

export const rulesOf = ({ definition, resource }: ServedKind): KindRules =>
  definition === undefined ? builtIn[resource] ?? none : conditional
