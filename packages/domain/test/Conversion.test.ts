import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import fc from "fast-check"
import { answerReview, type ApiVersions, convert, movedFields, type VersionedObject } from "../src/Conversion.ts"
import { codeSpec } from "./fixtures/Runs.ts"

const [v1, beta] = ["orchestrator.platform/v1", "orchestrator.platform/v1beta2"]

/** A version that could be added: what a run says of its repositories stands together. */
const betaVersions: ApiVersions = {
  v1beta2: movedFields([
    { hub: ["spec", "repositoryUrl"], here: ["spec", "repository", "url"] },
    { hub: ["spec", "workingDirectory"], here: ["spec", "repository", "directory"] },
    { hub: ["spec", "docsRepositoryUrl"], here: ["spec", "docs", "url"] },
    { hub: ["spec", "docsBranch"], here: ["spec", "docs", "branch"] },
    { hub: ["spec", "docsProjectDirectory"], here: ["spec", "docs", "project"] }
  ])
}

const to = (apiVersion: string, object: VersionedObject): VersionedObject =>
  Result.getOrThrow(convert(betaVersions, object, apiVersion))

const text = fc.string({ maxLength: 5 })
const optional = {
  requiredKeys: ["repositoryUrl", "docsRepositoryUrl"] as Array<"repositoryUrl" | "docsRepositoryUrl">
}

/** With any of the fields that a version moves, and whatever else. */
const anyRun = fc.record({
  metadata: fc.record({ name: text, labels: fc.dictionary(text, text) }),
  kind: fc.constant("CodeRun"),
  spec: fc.tuple(
    fc.dictionary(fc.constantFrom("service", "env", "constructor", "docsRepository", "url"), fc.jsonValue()),
    fc.record({
      repositoryUrl: text,
      docsRepositoryUrl: text,
      docsBranch: text,
      docsProjectDirectory: text,
      workingDirectory: text
    }, optional)
  ).map(([rest, fields]) => ({ ...rest, ...fields })),
  status: fc.option(fc.dictionary(text, fc.jsonValue()), { nil: undefined })
}).map((run): VersionedObject => ({ apiVersion: v1, ...run }))

describe("versions of a kind", () => {
  it("v1beta2 has what v1 has, in its own places", () => {
    const object = { apiVersion: v1, spec: codeSpec({ docsBranch: "main" }), status: { phase: "Running" } }
    const { docsBranch, docsRepositoryUrl, repositoryUrl, workingDirectory, ...rest } = object.spec
    assert.deepStrictEqual(to(beta, object), {
      apiVersion: beta,
      spec: {
        ...rest,
        repository: { url: repositoryUrl, directory: workingDirectory },
        docs: { url: docsRepositoryUrl, branch: docsBranch }
      },
      status: { phase: "Running" }
    })
  })

  it("nothing is lost on the way there and back, from either side", () => {
    fc.assert(fc.property(anyRun, (run) => {
      const there = to(beta, run)
      assert.deepStrictEqual(to(v1, there), run)
      assert.deepStrictEqual(to(beta, to(v1, there)), there)
      assert.deepStrictEqual(there["metadata"], run["metadata"])
      assert.deepStrictEqual(there["status"], run["status"])
    }))
  })

  it("an object of a version is that object", () => {
    fc.assert(fc.property(anyRun, (run) => assert.deepStrictEqual(to(v1, run), run)))
  })

  it("between two versions an object goes through v1", () => {
    const versions = { ...betaVersions, v1alpha1: movedFields([{ hub: ["spec", "service"], here: ["spec", "name"] }]) }
    const alpha = { apiVersion: "orchestrator.platform/v1alpha1", spec: { name: "api", repositoryUrl: "u" } }
    assert.deepStrictEqual(Result.getOrThrow(convert(versions, alpha, beta)), {
      apiVersion: beta,
      spec: { service: "api", repository: { url: "u" } }
    })
  })

  it("fields may change places", () => {
    const swapped = movedFields([{ hub: ["a"], here: ["b"] }, { hub: ["b"], here: ["a"] }])
    assert.deepStrictEqual(swapped.fromHub({ apiVersion: v1, a: 1, b: 2 }), { apiVersion: v1, a: 2, b: 1 })
  })

  it("a review is answered with all of its objects in their order, or with what was expected", () => {
    const objects = ["a", "b"].map((repositoryUrl) => ({ apiVersion: v1, spec: { repositoryUrl } }))
    const { response } = answerReview(betaVersions, { uid: "u1", desiredAPIVersion: beta, objects })
    assert.deepStrictEqual(response, {
      uid: "u1",
      result: { status: "Success" },
      convertedObjects: objects.map((object) => to(beta, object))
    })
    for (const apiVersion of ["orchestrator.platform/v9", "example.com/v1", "orchestrator.platform/constructor"]) {
      const refused = answerReview(betaVersions, { uid: "u2", desiredAPIVersion: apiVersion, objects })
      assert.deepStrictEqual(refused.response, {
        uid: "u2",
        result: { status: "Failed", message: `expected one of ${beta}, ${v1}, found ${apiVersion}` },
        convertedObjects: []
      })
    }
  })
})
