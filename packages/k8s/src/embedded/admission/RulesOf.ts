/** The rules of every kind that has some. */
import type { ServedKind } from "../ServedKinds.ts"
import { definitionRules } from "./DefinitionRules.ts"
import { namespaceRules } from "./NamespaceRules.ts"
import type { KindRules } from "./Rules.ts"

const none: KindRules = {}

const builtIn: Readonly<Record<string, KindRules>> = {
  "apiextensions.k8s.io/customresourcedefinitions": definitionRules,
  "/namespaces": namespaceRules,
  "coordination.k8s.io/leases": { conditionalUpdate: true },
  "/serviceaccounts": { conditionalUpdate: true }
}

const custom: KindRules = { conditionalUpdate: true }

export const rulesOf = ({ definition, resource }: ServedKind): KindRules =>
  definition === undefined ? builtIn[resource] ?? none : custom
