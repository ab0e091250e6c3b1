/** A run as it is stored, in YAML, for people who know kubectl. Pure. */
import type { Kind } from "@orchestrator/k8s/Kinds"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Struct } from "effect"
import { stringify } from "yaml"

/** Lists have neither version nor kind on their items. Who wrote which field is for the API server alone. */
export const manifestOf = (run: CustomObject, { group, kind, version }: Kind<CustomObject>): string => {
  const metadata = Struct.omit({ managedFields: undefined, ...run.metadata }, ["managedFields"])
  return stringify({ apiVersion: `${group}/${version}`, kind, ...run, metadata }, { lineWidth: 0 })
}
