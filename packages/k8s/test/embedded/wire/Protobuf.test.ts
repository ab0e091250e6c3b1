import { assert, describe, it } from "@effect/vitest"
import { decodeProtobuf, ProtobufError } from "../../../src/embedded/wire/protobuf/Protobuf.ts"

/** Writes messages as Go does: number, wire type, content. */
const varint = (value: bigint): ReadonlyArray<number> =>
  value < 0x80n ? [Number(value)] : [Number(value & 0x7fn) | 0x80, ...varint(value >> 7n)]

type Content = string | Uint8Array | bigint

const field = (number: number, content: Content): Uint8Array => {
  if (typeof content === "bigint") {
    return Uint8Array.from([...varint(BigInt(number << 3)), ...varint(BigInt.asUintN(64, content))])
  }
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content
  return Buffer.concat([
    Uint8Array.from([...varint(BigInt((number << 3) | 2)), ...varint(BigInt(bytes.length))]),
    bytes
  ])
}

const message = (...fields: ReadonlyArray<readonly [number, Content]>) =>
  Buffer.concat(fields.map(([number, content]) => field(number, content)))

const body = (apiVersion: string, kind: string, raw: Uint8Array) =>
  Buffer.concat([Buffer.from("k8s\0"), message([1, message([1, apiVersion], [2, kind])], [2, raw])])

/** What Go always writes of metadata: all plain fields, empty or not. */
const metadata = (name: string) =>
  message([1, name], [2, ""], [3, ""], [4, ""], [5, ""], [6, ""], [7, 0n], [8, new Uint8Array()])

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
