import { assert, describe, it } from "@effect/vitest"
import { leasePermissions, permissions } from "@orchestrator/cli/serve/Permissions"
import { type ClusterFacts, findings, type Needs, notGranted } from "@orchestrator/cli/serve/StartChecks"
import { JobKind, PodKind } from "@orchestrator/k8s/Kinds"

const fields = (...names: ReadonlyArray<string>) => ({
  properties: Object.fromEntries(names.map((name) => [name, {}]))
})

const sound: ClusterFacts = {
  version: { major: "1", minor: "37", gitVersion: "v1.37.2" },
  namespaceMissing: false,
  definitions: [],
  denied: []
}

const needs: Needs = { namespace: "agents", credentials: "broker" }

const version = (minor: string) => ({ major: "1", minor, gitVersion: `v1.${minor}.0` })

const seen = (given: Partial<ClusterFacts>, wanted: Partial<Needs> = {}) =>
  findings({ ...sound, ...given }, { ...needs, ...wanted })

const definition = (expected: object, found: object | "missing" | "unknown") => ({
  definitions: [{ kind: "CodeRun", expected, found }]
})

describe("what a cluster must have", () => {
  it.each<{ name: string; given: Partial<ClusterFacts>; needs?: Partial<Needs>; blocks: ReadonlyArray<boolean> }>([
    { name: "a cluster that has everything", given: {}, blocks: [] },
    { name: "a broker before 1.29", given: { version: version("28") }, blocks: [true] },
    {
      name: "keys in the environment before 1.29",
      given: { version: version("28+") },
      needs: { credentials: "env" },
      blocks: [false]
    },
    { name: "1.29", given: { version: version("29") }, blocks: [false] },
    { name: "1.30", given: { version: version("30") }, blocks: [] },
    { name: "a version with a plus", given: { version: version("30+") }, blocks: [] },
    { name: "a namespace that is not there", given: { namespaceMissing: true }, blocks: [true] },
    { name: "a kind that is not there", given: definition(fields("spec"), "missing"), blocks: [true] },
    { name: "a server that shows no schemas", given: definition(fields("spec"), "unknown"), blocks: [] },
    { name: "a newer definition", given: definition(fields("spec"), fields("spec", "more")), blocks: [] },
    { name: "an older definition", given: definition(fields("spec", "status"), fields("spec")), blocks: [true] },
    {
      name: "an older definition that keeps unknown fields",
      given: definition(fields("spec", "status"), { "x-kubernetes-preserve-unknown-fields": true }),
      blocks: []
    },
    {
      name: "a verb that is missing",
      given: { denied: [{ permission: { kind: JobKind, verbs: ["create"], reason: "x" }, verbs: ["create"] }] },
      blocks: [true]
    },
    {
      name: "a verb that one can do without",
      given: {
        denied: [{ permission: { kind: PodKind, verbs: ["get"], reason: "x", lost: "no logs" }, verbs: ["get"] }]
      },
      blocks: [false]
    }
  ])(
    "$name",
    ({ blocks, given, needs = {} }) =>
      assert.deepStrictEqual(seen(given, needs).map((finding) => finding.blocks), blocks)
  )

  it("names the fields that would be dropped, however deep", () => {
    const expected = { properties: { status: { properties: { attempts: { items: fields("a", "b") }, usage: {} } } } }
    const found = { properties: { status: { properties: { attempts: { items: fields("a") } } } } }
    const [finding] = seen(definition(expected, found))
    assert.include(finding?.message, "status.attempts[].b, status.usage")
    assert.include(finding?.message, "kubectl apply")
  })

  it("names verb, resource and namespace of what is not allowed", () => {
    const denied = [{ permission: { kind: JobKind, verbs: ["create"], reason: "x" }, verbs: ["create"] }] as const
    const [finding] = seen({ denied })
    assert.include(finding?.message, "namespace agents")
    assert.include(finding?.message, "create jobs.batch")
  })
})

describe("what rules grant", () => {
  const job = permissions.filter(({ kind }) => kind === JobKind).slice(0, 1)
  const verbs = job[0]?.verbs ?? []
  const rule = { verbs, apiGroups: ["batch"], resources: ["jobs"] }

  it.each([
    { name: "no rule grants nothing", rules: [], want: verbs },
    { name: "the rule itself", rules: [rule], want: [] },
    { name: "everything of the group", rules: [{ ...rule, verbs: ["*"], resources: ["*"] }], want: [] },
    { name: "another group", rules: [{ ...rule, apiGroups: [""] }], want: verbs },
    { name: "one object of it", rules: [{ ...rule, resourceNames: ["one"] }], want: verbs },
    {
      name: "all verbs but one",
      rules: [{ ...rule, verbs: verbs.filter((verb) => verb !== "patch") }],
      want: ["patch"]
    }
  ])(
    "$name",
    ({ rules, want }) => assert.deepStrictEqual(notGranted(job, rules).flatMap((denied) => denied.verbs), want)
  )

  it("a rule for one name is enough for what is needed for that name", () => {
    const lease = { apiGroups: ["coordination.k8s.io"], resources: ["leases"] }
    const rules = [{ ...lease, verbs: ["create"] }, {
      ...lease,
      verbs: ["get", "list", "watch", "update"],
      resourceNames: ["orchestrator-controller"]
    }]
    assert.deepStrictEqual(notGranted(leasePermissions(0), rules), [])
  })
})
