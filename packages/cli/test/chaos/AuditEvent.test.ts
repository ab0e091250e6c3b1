import { assert, describe, it } from "@effect/vitest"
import { runUidLabel } from "@orchestrator/domain/Labels"
import { auditEvent, plantedSecret } from "./AuditEvent.ts"
import { auditId, contextOf } from "./AuditId.ts"

const line = (more: object = {}) => ({
  stage: "ResponseComplete",
  auditID: auditId({ life: "1.4", sentAt: 1_772_359_200_000 }, 7),
  verb: "create",
  user: { username: "replica" },
  objectRef: { resource: "jobs", namespace: "here", name: "code-first-v2-r1-0123" },
  responseStatus: { code: 201 },
  requestReceivedTimestamp: "2026-03-01T10:00:00.250125Z",
  stageTimestamp: "2026-03-01T10:00:00.251000Z",
  requestObject: { metadata: { name: "code-first-v2-r1-0123" } },
  responseObject: {
    kind: "Job",
    metadata: {
      name: "code-first-v2-r1-0123",
      uid: "job-uid",
      resourceVersion: "42",
      labels: { app: "orchestrator", "context-version": "2", [runUidLabel]: "run-uid" },
      annotations: { "orchestrator.platform/retry": "1" },
      ownerReferences: [{ kind: "CodeRun", uid: "run-uid" }]
    }
  },
  ...more
})

const read = (more?: object) => auditEvent(JSON.stringify(line(more)))

describe("a line of the audit log", () => {
  it("says who sent it when, and what the server has stored", () => {
    const event = read()
    assert.deepInclude(event, {
      life: "1.4",
      sentAt: 1_772_359_200_000,
      resource: "jobs",
      code: 201,
      fenced: true,
      tells: false
    })
    assert.strictEqual(event?.received, 1_772_359_200_250.125)
    assert.deepInclude(event?.object, {
      uid: "job-uid",
      version: 42,
      attempt: "run-uid v2 r1",
      run: "run-uid",
      ours: true,
      owners: ["run-uid"]
    })
  })

  it("that was cut off when the server died is none, and so is the beginning of an answer", () => {
    assert.isUndefined(auditEvent("{\"stage\":\"Respo"))
    assert.isUndefined(read({ stage: "ResponseStarted" }))
  })

  it("of a refused request stores nothing", () => {
    assert.isUndefined(read({ responseStatus: { code: 409 } })?.object)
  })

  it("tells the value of a Secret where the text has it", () => {
    assert.isTrue(read({ requestObject: { metadata: { name: "x" }, data: { key: plantedSecret } } })?.tells)
  })

  it.each<readonly [string, string, unknown, boolean]>([
    ["a name that the server makes", "create", { metadata: { generateName: "x-" } }, false],
    ["a deletion by name alone", "delete", { kind: "DeleteOptions" }, false],
    ["a deletion by UID", "delete", { preconditions: { uid: "u" } }, true],
    ["a patch of whatever is there", "patch", { spec: {} }, false],
    ["a patch with a UID", "patch", { metadata: { uid: "u" } }, true],
    ["a patch that tests the UID", "patch", [{ op: "test", path: "/metadata/uid", value: "u" }], true],
    ["an update without a version", "update", { metadata: { name: "x" } }, false]
  ])("%s: held back or not", (_, verb, requestObject, fenced) => {
    assert.strictEqual(read({ verb, requestObject })?.fenced, fenced)
  })

  it.each([["orchestrator.platform/controller", true], ["job-controller", false]] as const)(
    "an Event that %s tells is ours: %s",
    (reportingController, ours) => {
      const responseObject = { kind: "Event", metadata: { name: "first.1", uid: "e" }, reportingController }
      assert.strictEqual(read({ responseObject })?.object?.ours, ours)
    }
  )

  it("knows a pod that its node has let go of", () => {
    const pod = { kind: "Pod", metadata: { uid: "p", deletionGracePeriodSeconds: 30 } }
    assert.isFalse(read({ responseObject: pod })?.object?.gone)
    assert.isTrue(read({ responseObject: pod, verb: "delete", requestObject: { gracePeriodSeconds: 0 } })?.object?.gone)
  })
})

it("an audit id is read as it was made, and nothing else is one", () => {
  assert.deepStrictEqual(contextOf(auditId({ life: "0.12", sentAt: 1500.4 }, 3)), { life: "0.12", sentAt: 1500 })
  assert.isUndefined(contextOf("6f0a3a5e-0000-4000-8000-000000000000"))
})
