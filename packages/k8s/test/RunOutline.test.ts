import { assert, describe, it } from "@effect/vitest"
import { outlineOf } from "../src/RunOutline.ts"

const metadata = {
  name: "a",
  namespace: "orchestrator",
  uid: "u",
  resourceVersion: "7",
  generation: 2,
  creationTimestamp: "2026-03-01T10:00:00Z",
  labels: { team: "payments" }
}

describe("the outline of a run", () => {
  it("has its metadata, scalars and short texts, and nothing else", () => {
    const outline = outlineOf({
      apiVersion: "orchestrator.platform/v1",
      kind: "CodeRun",
      metadata: { ...metadata, annotations: { a: "b" }, managedFields: [] },
      spec: {
        taskId: 7,
        service: "payments",
        cancel: false,
        prompt: "x".repeat(257),
        env: { A: "b" },
        dependsOn: ["b"]
      },
      status: { phase: "Running", attempts: [{}], usage: { turns: 1 } }
    })
    assert.deepStrictEqual(outline, {
      metadata,
      spec: { taskId: 7, service: "payments", cancel: false },
      status: { phase: "Running" }
    })
  })

  it("is bounded, whatever the run holds", () => {
    const texts = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`f${index}`, "y".repeat(250)]))
    const outline = outlineOf({ metadata: { ...metadata, labels: texts }, spec: texts, status: texts })
    assert.isBelow(JSON.stringify(outline).length, 40_000)
    assert.isUndefined(outline.metadata.labels)
  })
})
