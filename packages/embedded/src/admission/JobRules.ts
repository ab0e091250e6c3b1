/** Jobs: defaults, the generated selector, and what may change after creation. */
import type { FieldCause } from "@orchestrator/k8s/KubernetesError"
import type { Job, PodTemplate } from "@orchestrator/k8s/Objects"
import { immutable, invalidValue, notSupported, required } from "../objects/Causes.ts"
import { equalJson } from "../objects/Share.ts"
import { type Draft, type StoredObject, viewAs, without } from "../objects/StoredObject.ts"
import { jobStatusCauses } from "./JobStatusRules.ts"
import { completePodSpec, podSpecCauses } from "./PodSpecRules.ts"
import type { KindRules } from "./Rules.ts"

type Causes = ReadonlyArray<FieldCause>

const complete = (draft: Draft): Draft => {
  const { spec } = viewAs<Job>(draft)
  const policy = spec.podFailurePolicy === undefined ? "TerminatingOrFailed" : "Failed"
  const templateSpec = completePodSpec(spec.template.spec)
  const isComplete = templateSpec === spec.template.spec && spec.podReplacementPolicy !== undefined &&
    spec.parallelism !== undefined
  return isComplete ? draft : {
    ...draft,
    spec: {
      podReplacementPolicy: policy,
      ...spec,
      ...(spec.completions === undefined && spec.parallelism === undefined ? { completions: 1 } : {}),
      parallelism: spec.parallelism ?? 1,
      template: templateSpec === spec.template.spec ? spec.template : { ...spec.template, spec: templateSpec }
    }
  }
}

const uidLabel = "batch.kubernetes.io/controller-uid"

/** The pods of a Job carry its uid and name, and its selector asks for the uid. A Job without labels has those of its pods. */
const initialize = (object: StoredObject): StoredObject => {
  const { spec } = viewAs<Job>(object)
  if (isManual(spec)) return { ...object, status: {} }
  const { name, uid } = object.metadata
  const labels = {
    ...spec.template.metadata?.labels,
    [uidLabel]: uid,
    "batch.kubernetes.io/job-name": name,
    "controller-uid": uid,
    "job-name": name
  }
  const selector = spec.selector ?? { matchLabels: { [uidLabel]: uid } }
  const template = { ...spec.template, metadata: { ...spec.template.metadata, labels } }
  const metadata = { labels, ...object.metadata }
  return { ...object, metadata, spec: { ...spec, selector, template }, status: {} }
}

const validate = (object: Draft, previous?: StoredObject): Causes => {
  const { metadata, spec } = viewAs<Job>(object)
  const before = previous && viewAs<Job>(previous).spec
  if (spec === before) return []
  const generated = !isManual(spec)
  const uid = spec.selector?.matchLabels?.[uidLabel]
  return [
    ...(generated && uid !== undefined && uid === metadata.uid
      ? []
      : generated
      ? [invalidValue("spec.selector", spec.selector ?? {}, "`selector` not auto-generated")]
      : []),
    ...restartCauses(spec),
    ...(spec.template === before?.template ? [] : podSpecCauses(spec.template.spec, "spec.template.spec"))
  ]
}

const isManual = (spec: Job["spec"]): boolean => without(spec)["manualSelector"] === true

const restartCauses = ({ podFailurePolicy, template }: Job["spec"]): Causes => {
  const field = "spec.template.spec.restartPolicy"
  const { restartPolicy } = template.spec
  if (restartPolicy === undefined) return [required(field, "valid values: \"OnFailure\", \"Never\"")]
  if (restartPolicy !== "Never" && restartPolicy !== "OnFailure") {
    return [notSupported(field, restartPolicy, ["OnFailure", "Never"])]
  }
  return podFailurePolicy !== undefined && restartPolicy !== "Never"
    ? [invalidValue(field, restartPolicy, "only \"Never\" is supported when podFailurePolicy is specified")]
    : []
}

const fixedFields = ["completions", "completionMode", "selector", "manualSelector", "podFailurePolicy"] as const

const validateUpdate = (object: Draft, previous: StoredObject): Causes => {
  const now = viewAs<Job>(object).spec
  const before = viewAs<Job>(previous).spec
  if (now === before) return []
  const movable = before.suspend === true && viewAs<Job>(previous).status?.startTime === undefined
  return [
    ...fixedFields
      .filter((field) => !equalJson(without(now)[field], without(before)[field]))
      .map((field) => immutable(`spec.${field}`, without(now)[field] ?? null)),
    ...(equalJson(fixedTemplate(now.template, movable), fixedTemplate(before.template, movable))
      ? []
      : [immutable("spec.template", "<template>")])
  ]
}

/** A Job that is suspended and has not begun may still be told where its pods go. */
const fixedTemplate = (template: PodTemplate, movable: boolean) =>
  movable
    ? { spec: without(template.spec, "nodeSelector", "tolerations", "affinity", "schedulingGates") }
    : template

export const jobRules: KindRules = { complete, initialize, validate, validateUpdate, validateStatus: jobStatusCauses }
