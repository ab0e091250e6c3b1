import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { readManifests } from "../../src/submit/Manifests.ts"

const run = (name: string, more = "") =>
  `apiVersion: orchestrator.platform/v1
kind: CodeRun
metadata: { name: ${name}${more} }
spec: { taskId: 7, service: payments }
`

const read = (text: string) =>
  Result.match(readManifests(text, "runs.yaml", "orchestrator"), {
    onFailure: (message) => message,
    onSuccess: (all) => all.map(({ body, kind, source }) => ({ kind: kind.kind, source, body }))
  })

const spec = { taskId: 7, service: "payments" }

it("a document is a run, several are several, each with its source", () => {
  assert.deepStrictEqual(read(run("a")), [{ kind: "CodeRun", source: "runs.yaml", body: { name: "a", spec } }])
  assert.deepStrictEqual(read(`---\n${run("a")}---\n# nothing\n---\n${run("b")}`), [
    { kind: "CodeRun", source: "runs.yaml, document 1", body: { name: "a", spec } },
    { kind: "CodeRun", source: "runs.yaml, document 2", body: { name: "b", spec } }
  ])
})

it("JSON and lists are taken as kubectl prints them, with what the API server has added", () => {
  const object = {
    apiVersion: "orchestrator.platform/v1",
    kind: "CodeRun",
    metadata: {
      name: "a",
      namespace: "orchestrator",
      uid: "u",
      resourceVersion: "5",
      annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{}" }
    },
    spec,
    status: { phase: "Failed" }
  }
  assert.deepStrictEqual(read(JSON.stringify({ apiVersion: "v1", kind: "List", items: [object, object] })), [
    { kind: "CodeRun", source: "runs.yaml, item 1", body: { name: "a", spec } },
    { kind: "CodeRun", source: "runs.yaml, item 2", body: { name: "a", spec } }
  ])
})

describe("what is no run is refused with its source", () => {
  it.each([
    { name: "nothing", text: "# nothing\n", says: /expected a manifest, found nothing/ },
    { name: "no YAML", text: "a: [", says: /runs\.yaml: .*line 1/s },
    {
      name: "another kind",
      text: "kind: Pod\napiVersion: v1\n",
      says: /expected the kind CodeRun or DocsRun, found "Pod"/
    },
    {
      name: "another version",
      text: run("a").replace("/v1", "/v2"),
      says: /expected apiVersion orchestrator\.platform\/v1/
    },
    { name: "a text", text: "hello", says: /expected a manifest of a CodeRun or DocsRun, found "hello"/ },
    {
      name: "a label, which HTTP does not take",
      text: run("a", ", labels: { team: x }"),
      says: /metadata\.labels cannot be set/
    },
    {
      name: "another namespace",
      text: run("a", ", namespace: elsewhere"),
      says: /expected orchestrator, .*found "elsewhere"/
    },
    {
      name: "the second of two",
      text: `${run("a")}---\nkind: Pod\n`,
      says: /runs\.yaml, document 2: expected the kind/
    }
  ])("$name", ({ says, text }) => assert.match(String(read(text)), says))
})
