import { NodeServices } from "@effect/platform-node"
import { assert, describe, it, layer } from "@effect/vitest"
import {
  apiKeyPermissions,
  leasePermissions,
  ledgerPermissions,
  namespacePermissions,
  permissions,
  queuePermissions,
  reviewPermissions,
  type Verb
} from "@orchestrator/cli/serve/Permissions"
import { shardLeases } from "@orchestrator/domain/Shards"
import * as Kinds from "@orchestrator/k8s/Kinds"
import { Effect } from "effect"
import { fileURLToPath } from "node:url"
import { readChartFile } from "../chart/Files.ts"
import { permissionWords, rulesOf, ruleWords } from "../chart/Permissions.ts"
import { findManifest, readManifests } from "../chart/Rendered.ts"
import { readSources, type Source } from "../check/Sources.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))

const verbOf: Readonly<Record<string, Verb>> = {
  get: "get",
  list: "list",
  watch: "watch",
  create: "create",
  replace: "update",
  replaceStatus: "update",
  patch: "patch",
  patchStatus: "patch",
  delete: "delete",
  podLogs: "get"
}

const runKinds = Object.values(Kinds.runResources)

/** The kinds that an argument of a call can stand for: a constant of Kinds.ts, or any kind of run. */
const kindsOf = (argument: string): ReadonlyArray<Kinds.Kind> => {
  const named = Object.entries(Kinds).find(([name]) => name === argument)?.[1]
  if (named !== undefined && typeof named === "object" && "plural" in named) return [named]
  return /^(runs\.resource|runKinds\[\w+\]\.resource|runResources\[\w+\])$/.test(argument) ? runKinds : []
}

const words = (method: string, argument: string): ReadonlyArray<string> => {
  const verb = verbOf[method] ?? "get"
  if (method === "podLogs") return [`/pods/log:${verb}`]
  const subresource = method.endsWith("Status") ? "/status" : ""
  return kindsOf(argument).map(({ group, plural }) => `${group}/${plural}${subresource}:${verb}`)
}

const ours = /^packages\/(controller|http)\/src\/|^packages\/k8s\/src\/leadership\/LeaderElection\.ts$/

/** What the sources call, as `group/resource:verb`. A reflector lists and watches. */
const called = (sources: ReadonlyArray<Source>): ReadonlySet<string> => {
  const text = sources.filter(({ path }) => ours.test(path)).map((each) => each.text)
    .join("\n")
  const calls = [...text.matchAll(/\bclient\.(\w+)\(\s*([\w.[\]]+)/g)].flatMap(([, method = "", argument = ""]) =>
    words(method, argument)
  )
  const followed = [...text.matchAll(/\b(?:follow|reflect)\(\s*(?:metadataOf\(\s*)?(\w+Kind\b|run[\w.[\]]+)/g)].flatMap(
    (
      [, argument = ""]
    ) => ["list", "watch"].flatMap((method) => words(method, argument))
  )
  return new Set([...calls, ...followed])
}

const sorted = (given: Iterable<string>) => [...given].toSorted()

layer(NodeServices.layer)("the chart's role", (it) => {
  const rendered = Effect.map(readChartFile("test/golden/default.yaml"), readManifests)

  it.effect("is the table of permissions", () =>
    Effect.gen(function*() {
      const objects = yield* rendered
      const granted = (id: string) => sorted(ruleWords(rulesOf(findManifest(objects, id))))
      assert.deepStrictEqual(
        granted("Role/orchestrator"),
        sorted(permissionWords([...permissions, ...namespacePermissions("orchestrator")]))
      )
      assert.deepStrictEqual(granted("Role/orchestrator-leader"), sorted(permissionWords(leasePermissions(0))))
      const leases = rulesOf(findManifest(objects, "Role/orchestrator-leader")).flatMap(({ resourceNames = [] }) =>
        resourceNames
      )
      assert.deepStrictEqual(leases, [...shardLeases])
      assert.deepStrictEqual(
        granted("Role/orchestrator-api-key"),
        sorted(permissionWords(apiKeyPermissions("orchestrator-secrets")))
      )
      assert.deepStrictEqual(
        granted("ClusterRole/orchestrator-orchestrator-auth"),
        sorted(permissionWords(reviewPermissions))
      )
    }))

  it.effect("covers every call in the sources, and little else", () =>
    Effect.gen(function*() {
      const needed = called(yield* readSources(root))
      const granted = permissionWords([
        ...permissions,
        ...leasePermissions(0),
        ...queuePermissions,
        ...ledgerPermissions,
        ...reviewPermissions,
        // By its name alone; a plan says of other Secrets that it does not know.
        ...apiKeyPermissions("orchestrator-secrets")
      ])
      assert.isAbove(needed.size, 20)
      assert.deepStrictEqual(sorted(needed).filter((word) => !granted.has(word)), [])
      assert.deepStrictEqual(sorted(granted).filter((word) => !needed.has(word)), [
        "batch/jobs/finalizers:update",
        "orchestrator.platform/coderuns/finalizers:update",
        "orchestrator.platform/docsruns/finalizers:update"
      ])
    }))

  it.effect("no role of the chart reads secrets but that of the API key by its name, runs in pods or grants", () =>
    Effect.gen(function*() {
      for (const object of (yield* rendered).filter(({ kind }) => kind === "Role" || kind === "ClusterRole")) {
        for (const { resourceNames, resources, verbs } of rulesOf(object)) {
          for (const resource of ["pods/exec", "*"]) assert.notInclude(resources, resource)
          if (resources.includes("secrets")) {
            assert.deepStrictEqual([verbs, resourceNames], [["get"], ["orchestrator-secrets"]])
          }
          assert.isEmpty(
            verbs.filter((verb) => ["*", "escalate", "bind", "impersonate", "deletecollection"].includes(verb))
          )
        }
      }
    }))
})

describe("the words of a rule", () => {
  it("are one for each group, resource and verb", () =>
    assert.deepStrictEqual(
      sorted(ruleWords([{ apiGroups: ["", "a"], resources: ["r"], verbs: ["get", "list"] }])),
      ["/r:get", "/r:list", "a/r:get", "a/r:list"]
    ))
})
