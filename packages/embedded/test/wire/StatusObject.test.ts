import { assert, describe, it } from "@effect/vitest"
import type { KubernetesErrorReason } from "@orchestrator/k8s/KubernetesError"
import { reasonOf } from "@orchestrator/k8s/live/Status"
import { codeOf, failureStatus } from "../../src/wire/StatusObject.ts"

const reasons: ReadonlyArray<KubernetesErrorReason> = [
  { _tag: "NotFound", message: "m" },
  { _tag: "AlreadyExists", message: "m" },
  { _tag: "Conflict", message: "m" },
  { _tag: "Gone", message: "m" },
  { _tag: "Invalid", message: "m", causes: [{ field: "spec.a", reason: "FieldValueInvalid", message: "c" }] },
  { _tag: "BadRequest", message: "m" },
  { _tag: "Unauthorized", message: "m" },
  { _tag: "Forbidden", message: "m" },
  { _tag: "MethodNotAllowed", message: "m" },
  { _tag: "Refused", message: "m", status: 415 },
  { _tag: "TooManyRequests", message: "m", retryAfterSeconds: 7 },
  { _tag: "ServerError", message: "m", status: 503 }
]

describe("failureStatus", () => {
  it.each(reasons)("$_tag comes out of the live client as it went into the server", (reason) => {
    const sent: unknown = JSON.parse(JSON.stringify(failureStatus(reason, { group: "g", plural: "things", name: "x" })))
    assert.deepStrictEqual(reasonOf(codeOf(reason), sent), reason)
  })

  it("names an invalid object by its kind, others by their resource", () => {
    const subject = { group: "batch", plural: "jobs", kind: "Job", name: "x" }
    const details = (reason: KubernetesErrorReason) => failureStatus(reason, subject).details
    assert.deepInclude(details({ _tag: "Invalid", message: "m", causes: [] }), {
      kind: "Job",
      group: "batch",
      name: "x"
    })
    assert.deepInclude(details({ _tag: "NotFound", message: "m" }), { kind: "jobs" })
  })
})
