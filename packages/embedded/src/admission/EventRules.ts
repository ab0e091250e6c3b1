/** Events are about an object of their own namespace. */
import { bytesOf } from "@orchestrator/domain/TextBytes"
import type { FieldCause } from "@orchestrator/k8s/KubernetesError"
import type { Event } from "@orchestrator/k8s/Objects"
import { invalidValue, required, tooLong } from "../objects/Causes.ts"
import { type Draft, viewAs } from "../objects/StoredObject.ts"
import type { KindRules } from "./Rules.ts"

const validate = (object: Draft): ReadonlyArray<FieldCause> => {
  const { involvedObject, metadata } = viewAs<Event>(object)
  const about = involvedObject.namespace ?? ""
  const same = about === "" ? metadata.namespace === "default" : about === metadata.namespace
  return [
    ...(same ? [] : [invalidValue("involvedObject.namespace", about, "does not match event.namespace")]),
    ...newForm(viewAs<Event>(object))
  ]
}

/** Bytes of a note. */
const longestNote = 1024
const longestWord = 128

/** Of one that says when exactly, more is wanted. */
const newForm = (event: Event): ReadonlyArray<FieldCause> => {
  if (event.eventTime === undefined || event.eventTime === null) return []
  const { action, message = "", reason, reportingComponent, reportingInstance } = event
  const words = { reportingController: reportingComponent, reportingInstance, action, reason }
  return [
    ...Object.entries(words).flatMap(([field, word = ""]) =>
      word === "" ? [required(field)] : word.length > longestWord ? [tooLong(field, longestWord)] : []
    ),
    ...(bytesOf(message) > longestNote ? [tooLong("message", longestNote)] : [])
  ]
}

export const eventRules: KindRules = { validate }
