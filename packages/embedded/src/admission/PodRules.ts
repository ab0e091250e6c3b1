/** Pods: pending when created; afterwards only little of the spec may change. */
import type { FieldCause } from "@orchestrator/k8s/KubernetesError"
import type { Container, Pod, PodSpec } from "@orchestrator/k8s/Objects"
import { forbiddenField } from "../objects/Causes.ts"
import { equalJson } from "../objects/Share.ts"
import { type Draft, type StoredObject, viewAs } from "../objects/StoredObject.ts"
import { completePodSpec, podSpecCauses } from "./PodSpecRules.ts"
import type { KindRules } from "./Rules.ts"

const complete = (draft: Draft): Draft => {
  const { spec } = viewAs<Pod>(draft)
  const completed = completePodSpec(spec)
  return completed === spec ? draft : { ...draft, spec: completed }
}

const initialize = (object: StoredObject): StoredObject => ({
  ...object,
  status: { phase: "Pending", qosClass: qualityOf(viewAs<Pod>(object).spec) }
})

const qualityOf = ({ containers, initContainers = [] }: PodSpec): string => {
  const all = [...initContainers, ...containers].map(({ resources }) => resources ?? {})
  const asked = all.filter(({ limits, requests }) => limits !== undefined || requests !== undefined)
  const guaranteed = all.every(({ limits, requests }) =>
    limits !== undefined && (requests === undefined || equalJson(limits, requests))
  )
  return asked.length === 0 ? "BestEffort" : guaranteed ? "Guaranteed" : "Burstable"
}

const validate = (object: Draft, previous?: StoredObject): ReadonlyArray<FieldCause> => {
  const { spec } = viewAs<Pod>(object)
  return spec === previous?.["spec"] ? [] : podSpecCauses(spec, "spec")
}

/** What may change: images, the deadline, tolerations, and the node, once. */
const fixed = ({ nodeName, ...spec }: PodSpec, placed: boolean) => {
  const {
    activeDeadlineSeconds: _deadline,
    terminationGracePeriodSeconds: _grace,
    tolerations: _tolerations,
    ...rest
  } = spec
  const withoutImage = (containers: ReadonlyArray<Container> = []) =>
    containers.map(({ image: _image, ...each }) => each)
  return {
    ...rest,
    containers: withoutImage(spec.containers),
    initContainers: withoutImage(spec.initContainers),
    ...(placed ? { nodeName } : {})
  }
}

const validateUpdate = (object: Draft, previous: StoredObject): ReadonlyArray<FieldCause> => {
  const before = viewAs<Pod>(previous).spec
  const now = viewAs<Pod>(object).spec
  const placed = before.nodeName !== undefined && before.nodeName !== ""
  return now === before || equalJson(fixed(now, placed), fixed(before, placed)) ? [] : [forbiddenField(
    "spec",
    "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
  )]
}

export const podRules: KindRules = { complete, initialize, validate, validateUpdate }
