import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { decoder } from "../src/Decode.ts"
import { DocsRun, DocsRunSpec } from "../src/DocsRun.ts"
import { docsSpec } from "./fixtures/Runs.ts"

const decode = decoder(DocsRunSpec)
const reports = (changes: Readonly<Record<string, unknown>>) =>
  Result.match(decode(docsSpec(changes), { at: "spec" }), { onSuccess: () => [], onFailure: (problems) => problems })

describe("a DocsRun's spec", () => {
  it("as old installations write it decodes, with nothing invented but cancel", () => {
    assert.deepStrictEqual({ ...Result.getOrThrow(decode(docsSpec())) }, { ...docsSpec(), cancel: false })
  })

  it.each<{ changes: Readonly<Record<string, unknown>>; path: string; found: string }>([
    { changes: { repositoryUrl: "" }, path: "spec.repositoryUrl", found: "string \"\"" },
    { changes: { repositoryUrl: "docs" }, path: "spec.repositoryUrl", found: "string \"docs\"" },
    { changes: { workingDirectory: "../x" }, path: "spec.workingDirectory", found: "string \"../x\"" },
    { changes: { sourceBranch: "" }, path: "spec.sourceBranch", found: "string \"\"" },
    { changes: { sourceBranch: "--upload-pack=x" }, path: "spec.sourceBranch", found: "string \"--upload-pack=x\"" },
    { changes: { model: ["a"] }, path: "spec.model", found: "a list of 1" },
    { changes: { githubUser: "a b" }, path: "spec.githubUser", found: "string \"a b\"" },
    { changes: { cancel: null }, path: "spec.cancel", found: "null" },
    { changes: { timeoutSeconds: 1 }, path: "spec.timeoutSeconds", found: "number 1" },
    { changes: { maxCostUsd: -1 }, path: "spec.maxCostUsd", found: "number -1" },
    { changes: { maxTurns: 1.5 }, path: "spec.maxTurns", found: "number 1.5" }
  ])("refuses $changes", ({ changes, found, path }) => {
    const [first] = reports(changes)
    assert.deepStrictEqual({ path: first?.path, found: first?.found }, { path, found })
  })

  it("names every field that is missing", () => {
    const missing = Result.match(decode({}, { at: "spec" }), { onSuccess: () => [], onFailure: (problems) => problems })
    assert.deepStrictEqual(missing.map(({ path }) => path), Object.keys(docsSpec()).map((name) => `spec.${name}`))
  })

  it("belongs to an object of its own kind", () => {
    const run = {
      apiVersion: "orchestrator.platform/v1",
      kind: "DocsRun",
      metadata: { name: "docs" },
      spec: docsSpec()
    }
    assert.isTrue(Result.isSuccess(decoder(DocsRun)(run)))
    assert.isTrue(Result.isFailure(decoder(DocsRun)({ ...run, kind: "CodeRun" })))
  })
})
