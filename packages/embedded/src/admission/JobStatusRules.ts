/** What the API server demands of a Job's status: an end is announced, complete, and never taken back. */
import type { FieldCause } from "@orchestrator/k8s/KubernetesError"
import type { Job } from "@orchestrator/k8s/Objects"
import { invalidValue, required } from "../objects/Causes.ts"
import { type Draft, type StoredObject, viewAs } from "../objects/StoredObject.ts"

type Status = NonNullable<Job["status"]>
type Causes = ReadonlyArray<FieldCause>

const isTrue = ({ conditions = [] }: Status, type: string): boolean =>
  conditions.some((condition) => condition.type === type && condition.status === "True")

export const jobStatusCauses = (object: Draft, previous: StoredObject): Causes => {
  const status = viewAs<Job>(object).status ?? {}
  const before = viewAs<Job>(previous).status ?? {}
  return [...completeCauses(status), ...failedCauses(status), ...endedCauses(status), ...keptCauses(status, before)]
}

const completeCauses = (status: Status): Causes => {
  if (!isTrue(status, "Complete")) {
    return status.completionTime === undefined
      ? []
      : [
        invalidValue(
          "status.completionTime",
          status.completionTime,
          "completionTime cannot be set for non-complete job"
        )
      ]
  }
  return [
    ...(status.completionTime === undefined
      ? [required("status.completionTime", "completionTime is required for Complete jobs")]
      : []),
    ...(isTrue(status, "SuccessCriteriaMet")
      ? []
      : [
        invalidValue(
          "status.conditions",
          "Complete",
          "cannot set Complete=True condition without the SuccessCriteriaMet=true condition"
        )
      ]),
    ...(isTrue(status, "Failed") || isTrue(status, "FailureTarget")
      ? [invalidValue("status.conditions", "Complete", "cannot set Complete=True and Failed=true conditions")]
      : [])
  ]
}

const failedCauses = (status: Status): Causes =>
  isTrue(status, "Failed") && !isTrue(status, "FailureTarget")
    ? [
      invalidValue(
        "status.conditions",
        "Failed",
        "cannot set Failed=True condition without the FailureTarget=true condition"
      )
    ]
    : []

/** Of a Job that has ended, either way. */
const endedCauses = (status: Status): Causes => {
  if (!isTrue(status, "Complete") && !isTrue(status, "Failed")) return []
  return [
    ...(status.startTime === undefined ? [required("status.startTime", "startTime is required for finished job")] : []),
    ...((status.active ?? 0) > 0
      ? [invalidValue("status.active", status.active, "active>0 is invalid for finished job")]
      : []),
    ...((status.terminating ?? 0) > 0
      ? [invalidValue("status.terminating", status.terminating, "terminating>0 is invalid for finished job")]
      : [])
  ]
}

const keptCauses = (status: Status, before: Status): Causes =>
  ["Complete", "Failed", "SuccessCriteriaMet", "FailureTarget"]
    .filter((type) => isTrue(before, type) && !isTrue(status, type))
    .map((type) => invalidValue("status.conditions", type, `${type} condition cannot be unset`))
