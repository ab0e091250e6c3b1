import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { readDocuments } from "../../src/restore/ReadDocuments.ts"
import { readBackup } from "../../src/restore/Restored.ts"

const uid = "3f9c2a1b-7d4e-4c1a-9b2f-5e6d7c8b9a01"
const group = "orchestrator.platform"

const run = (metadata: object = {}, status?: object, kind = "CodeRun") => ({
  apiVersion: `${group}/v1`,
  kind,
  metadata: { name: "api", namespace: "agents", uid, generation: 3, ...metadata },
  spec: { service: "api" },
  ...(status === undefined ? {} : { status })
})

const claim = (metadata: object = {}, spec: object = {}) => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "workspace-api", namespace: "agents", annotations: { [`${group}/tenant`]: "{}" }, ...metadata },
  spec: { accessModes: ["ReadWriteOnce"], storageClassName: "fast", volumeName: "pvc-1", ...spec }
})

const same = { namespace: undefined, storageClass: undefined }
const read = (object: unknown, options: Parameters<typeof readBackup>[2] = same) =>
  Result.getOrThrow(readBackup([object], "backup.json", options))
const problem = (object: unknown) => Result.getOrThrow(Result.flip(readBackup([object], "b.json", same)))

describe("what is restored", () => {
  it("of a run: what people wrote and what it had come to, and nothing that another cluster made", () => {
    const [restored] = read(run({
      resourceVersion: "77",
      creationTimestamp: "2026-03-01T09:00:00Z",
      managedFields: [{ manager: "kubectl" }],
      ownerReferences: [{ apiVersion: "v1", kind: "ConfigMap", name: "x", uid: "1" }],
      finalizers: ["example.com/keep"],
      labels: { team: "payments" },
      annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{}", [`${group}/requested-by`]: "ada" }
    }, {
      phase: "Succeeded",
      observedGeneration: 3,
      conditions: [{ type: "Ready", status: "True", observedGeneration: 3 }, { type: "Queued", observedGeneration: 2 }],
      added: "by a newer version"
    }))
    assert.deepStrictEqual(restored?.tag === "run" ? [restored.object, restored.status] : [], [
      {
        apiVersion: `${group}/v1`,
        kind: "CodeRun",
        metadata: {
          name: "api",
          namespace: "agents",
          labels: { team: "payments" },
          annotations: { [`${group}/requested-by`]: "ada", [`${group}/restored-from`]: uid }
        },
        spec: { service: "api" }
      },
      {
        phase: "Succeeded",
        observedGeneration: 1,
        conditions: [
          { type: "Ready", status: "True", observedGeneration: 1 },
          { type: "Queued", observedGeneration: 0 }
        ],
        added: "by a newer version",
        originalUid: uid
      }
    ])
  })

  it("an edit that the old controller had not seen is one that the new one has not seen", () => {
    const [restored] = read(run({}, { observedGeneration: 2 }))
    assert.strictEqual(restored?.tag === "run" ? restored.status["observedGeneration"] : undefined, 0)
  })

  it("a run that was restored before keeps the UID that it had first", () => {
    const first = "99887766-1111-4222-8333-444455556666"
    const [restored] = read(run({ annotations: { [`${group}/restored-from`]: first } }, { originalUid: first }))
    assert.deepStrictEqual(restored?.tag === "run" && restored.object.metadata.annotations, {
      [`${group}/restored-from`]: first
    })
  })

  it("of a claim: whose it is, without its volume and without who had it", () => {
    const annotations = {
      [`${group}/tenant`]: "{}",
      [`${group}/holder`]: uid,
      [`${group}/lease`]: "0123",
      "pv.kubernetes.io/bind-completed": "yes",
      "volume.kubernetes.io/selected-node": "node-1",
      "volume.beta.kubernetes.io/storage-provisioner": "disk"
    }
    const [restored] = read(claim({ annotations, finalizers: ["kubernetes.io/pvc-protection"] }), {
      namespace: "elsewhere",
      storageClass: "slow"
    })
    assert.deepStrictEqual(restored?.object, {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "workspace-api", namespace: "elsewhere", annotations: { [`${group}/tenant`]: "{}" } },
      spec: { accessModes: ["ReadWriteOnce"], storageClassName: "slow" }
    })
  })

  it("claims come first, then runs, the oldest first; what was being deleted is gone", () => {
    const items = [
      run({ name: "young", creationTimestamp: "2026-03-02T00:00:00Z" }),
      run({ name: "old", creationTimestamp: "2026-03-01T00:00:00Z" }, undefined, "DocsRun"),
      run({ name: "going", deletionTimestamp: "2026-03-01T00:00:00Z" }),
      claim({ creationTimestamp: "2026-03-03T00:00:00Z" })
    ]
    const names = read({ kind: "List", items }).map(({ object }) => object.metadata.name)
    assert.deepStrictEqual(names, ["workspace-api", "old", "young"])
  })

  it.each([
    { name: "a text", object: "x", says: ["an object with a kind", "\"x\""] },
    { name: "a Secret", object: { ...claim(), kind: "Secret" }, says: ["Secret workspace-api", "CodeRun, DocsRun"] },
    { name: "a claim of somebody else", object: claim({ annotations: {} }), says: [`${group}/tenant`] },
    { name: "a run without its UID", object: run({ uid: undefined }), says: ["metadata.uid", "nothing"] },
    { name: "another version", object: { ...run(), apiVersion: `${group}/v9` }, says: [`${group}/v1`, `${group}/v9`] },
    { name: "no name", object: run({ name: undefined }), says: ["metadata.name", "nothing"] }
  ])("$name is refused, with what was expected and what was found", ({ object, says }) => {
    for (const word of says) assert.include(problem(object), word)
  })

  it.each([
    { name: "JSON", text: "{\"kind\":\"List\"}", want: [{ kind: "List" }] },
    { name: "YAML", text: "kind: List\n---\nkind: Other\n", want: [{ kind: "List" }, { kind: "Other" }] },
    { name: "JSON after JSON", text: "--- {\"a\":1}\n--- {\"b\":2}\n", want: [{ a: 1 }, { b: 2 }] }
  ])("$name is read", ({ text, want }) => {
    assert.deepStrictEqual(Result.getOrThrow(readDocuments(text, "f")), want)
  })

  it.each(["{\"kind\":", ""])("%j is refused", (text) => {
    assert.include(Result.getOrThrow(Result.flip(readDocuments(text, "f.json"))), "f.json")
  })
})
