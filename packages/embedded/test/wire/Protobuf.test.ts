import { assert, describe, it } from "@effect/vitest"
import { decodeProtobuf, ProtobufError } from "../../src/wire/protobuf/Protobuf.ts"
import { body, message, metadata } from "./GoWriter.ts"

describe("decodeProtobuf", () => {
  it("decodes a Secret without what Go writes for absent fields", () => {
    const raw = message([1, metadata("s")], [2, message([1, "a"], [2, "fake"])], [2, message([1, "b"])], [3, "Opaque"])
    assert.deepStrictEqual(decodeProtobuf(body("v1", "Secret", raw)), {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "s" },
      data: { a: "ZmFrZQ==", b: "" },
      type: "Opaque"
    })
  })

  it("decodes a Job: lists, zeros that count, fields put in place of a message", () => {
    const volume = message([1, "v"], [2, message([2, new Uint8Array()])])
    const claim = message([1, "c"], [2, message([10, message([1, "claim"], [2, 0n])])])
    const variable = message([1, "A"], [2, ""], [
      3,
      message([4, message([1, message([1, "sec"])], [2, "key"], [3, 1n])])
    ])
    const container = message([1, "main"], [2, "image"], [3, "sleep"], [3, "1"], [7, variable], [8, new Uint8Array()], [
      16,
      0n
    ])
    const pod = message([1, volume], [1, claim], [2, container], [3, "Never"], [4, 0n], [11, 0n])
    const raw = message([1, metadata("j")], [2, message([6, message([1, metadata("")], [2, pod])], [7, 0n])], [
      3,
      message([4, 0n])
    ])
    assert.deepStrictEqual(decodeProtobuf(body("batch/v1", "Job", raw)), {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: "j" },
      spec: {
        backoffLimit: 0,
        template: {
          spec: {
            volumes: [{ name: "v", emptyDir: {} }, { name: "c", persistentVolumeClaim: { claimName: "claim" } }],
            containers: [{
              name: "main",
              image: "image",
              command: ["sleep", "1"],
              env: [{ name: "A", valueFrom: { secretKeyRef: { name: "sec", key: "key", optional: true } } }]
            }],
            restartPolicy: "Never",
            terminationGracePeriodSeconds: 0
          }
        }
      }
    })
  })

  it("decodes times and negative numbers", () => {
    const spec = message([1, "me"], [2, -1n], [3, message([1, 1n], [2, 2000n])])
    assert.deepInclude(
      decodeProtobuf(body("coordination.k8s.io/v1", "Lease", message([1, metadata("l")], [2, spec]))),
      {
        spec: { holderIdentity: "me", leaseDurationSeconds: -1, acquireTime: "1970-01-01T00:00:01.000002Z" }
      }
    )
  })

  it.each([
    { name: "a kind that is not in the table", bytes: body("apps/v1", "Deployment", message()) },
    { name: "a field that is not in the table", bytes: body("v1", "ConfigMap", message([99, "x"])) },
    { name: "bytes that are cut off", bytes: body("v1", "ConfigMap", message([1, metadata("x")]).subarray(0, 4)) },
    { name: "a number in place of bytes", bytes: body("v1", "ConfigMap", message([1, 1n])) },
    { name: "bytes without the mark", bytes: Buffer.from(`{"kind":"Secret"}`) }
  ])("refuses $name", ({ bytes }) => {
    assert.throws(() => decodeProtobuf(bytes), ProtobufError)
  })
})
