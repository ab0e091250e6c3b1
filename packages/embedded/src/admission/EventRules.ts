/** Events are about an object of their own namespace. */
import type { FieldCause } from "@orchestrator/k8s/KubernetesError"
import type { Event } from "@orchestrator/k8s/Objects"
import { invalidValue } from "../objects/Causes.ts"
import { type Draft, viewAs } from "../objects/StoredObject.ts"
import type { KindRules } from "./Rules.ts"

const validate = (object: Draft): ReadonlyArray<FieldCause> => {
  const { involvedObject, metadata } = viewAs<Event>(object)
  const about = involvedObject.namespace ?? ""
  const same = about === "" ? metadata.namespace === "default" : about === metadata.namespace
  return same ? [] : [invalidValue("involvedObject.namespace", about, "does not match event.namespace")]
}

export const eventRules: KindRules = { validate }
