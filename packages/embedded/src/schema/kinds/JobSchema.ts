/** Jobs. */
import {
  atomic,
  conditions,
  defaultTo,
  flag,
  listOf,
  natural,
  oneOf,
  record,
  text,
  textMap,
  texts,
  whole
} from "../Builders.ts"
import type { StructuralSchema } from "../StructuralSchema.ts"
import { podTemplate } from "./PodSchema.ts"

const failurePolicy = record({
  rules: listOf(record({
    action: oneOf("FailJob", "FailIndex", "Ignore", "Count"),
    onExitCodes: record({
      containerName: text,
      operator: oneOf("In", "NotIn"),
      values: { type: "array", items: whole, "x-kubernetes-list-type": "set" }
    }, ["operator", "values"]),
    onPodConditions: listOf(record({ type: text, status: defaultTo("True", text) }, ["type"]))
  }, ["action"]))
}, ["rules"])

export const jobSchema: StructuralSchema = record({
  spec: record({
    parallelism: natural,
    completions: natural,
    completionMode: defaultTo("NonIndexed", oneOf("NonIndexed", "Indexed")),
    backoffLimit: defaultTo(6, natural),
    activeDeadlineSeconds: natural,
    ttlSecondsAfterFinished: natural,
    suspend: defaultTo(false, flag),
    manualSelector: defaultTo(false, flag),
    podReplacementPolicy: oneOf("Failed", "TerminatingOrFailed"),
    podFailurePolicy: failurePolicy,
    selector: atomic(record({ matchLabels: textMap, matchExpressions: listOf(record({ key: text, values: texts })) })),
    template: podTemplate
  }, ["template"]),
  status: record({
    active: natural,
    ready: natural,
    succeeded: natural,
    failed: natural,
    terminating: natural,
    conditions
  })
}, ["spec"])
