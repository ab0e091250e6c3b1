import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { attributesOf, grantLines, permissionsOf, permissionText } from "../../src/access/Permissions.ts"
import type { Permission } from "../../src/contract/Access.ts"

const secret = (name: string): Permission => ({ verb: "use", or: ["get"], resource: "secrets", name })

describe("permissions", () => {
  it.each<{ given: Permission; want: string }>([
    { given: { verb: "list", resource: "coderuns" }, want: "list coderuns.orchestrator.platform" },
    { given: { verb: "get", resource: "pods", subresource: "log" }, want: "get pods/log" },
    { given: { verb: "get", resource: "docsruns", name: "a" }, want: "get docsruns.orchestrator.platform \"a\"" },
    { given: secret("a b"), want: "use secrets \"a b\"" }
  ])("$want", ({ given, want }) => assert.strictEqual(permissionText(given), want))

  it("are asked of the API group of their resource", () => {
    assert.deepStrictEqual(attributesOf({ verb: "get", resource: "pods", subresource: "log" }, "ns"), {
      namespace: "ns",
      verb: "get",
      group: "",
      version: "v1",
      resource: "pods",
      subresource: "log"
    })
  })

  it("are about the run of the path where it is one run", () => {
    assert.deepStrictEqual(
      permissionsOf([
        { verb: "update", resource: "docsruns", named: true },
        { verb: "create", resource: "docsruns" }
      ], { name: "a" }),
      [{ verb: "update", resource: "docsruns", name: "a" }, { verb: "create", resource: "docsruns" }]
    )
  })
})

describe("the way to grant them", () => {
  it("quotes whatever a request called a Secret", () => {
    const [line = ""] = grantLines([secret("it's; rm -rf /")], "jane", "agents")
    const text = execFileSync("bash", ["-c", line.replace(/ \| kubectl.*$/, "")], { encoding: "utf8" })
    assert.deepStrictEqual(JSON.parse(text).rules[0].resourceNames, ["it's; rm -rf /"])
  })

  it("is a role for what is needed, and a binding for the user", () => {
    assert.deepStrictEqual(grantLines([{ verb: "create", resource: "coderuns" }], "jane", "agents"), [
      "kubectl create role orchestrator-create-coderuns -n agents --verb=create --resource=coderuns.orchestrator.platform",
      "kubectl create rolebinding orchestrator-create-coderuns-987395de -n agents --role=orchestrator-create-coderuns --user=jane"
    ])
  })

  it("names secrets, in one role, and no runs", () => {
    const lines = grantLines(
      [secret("a"), secret("b"), secret("a"), { verb: "get", resource: "coderuns", name: "x" }],
      "jane",
      "agents"
    )
    assert.lengthOf(lines, 4)
    const [, text = ""] = /^echo '(.*)' \| kubectl apply -n agents -f -$/.exec(lines[0] ?? "") ?? []
    const { metadata, rules } = JSON.parse(text)
    assert.match(metadata.name, /^orchestrator-use-secrets-[0-9a-f]{8}$/)
    assert.deepStrictEqual(rules, [
      { apiGroups: [""], resources: ["secrets"], resourceNames: ["a", "b"], verbs: ["use"] }
    ])
    assert.include(lines[1], `--role=${metadata.name} `)
    assert.match(lines[2] ?? "", /--resource=coderuns\.orchestrator\.platform$/)
  })

  it.each([
    { user: "system:serviceaccount:ci:deployer", want: "--serviceaccount=ci:deployer" },
    { user: "jane@example.com", want: "--user=jane@example.com" },
    { user: "https://idp.example.com#o'brien", want: "--user='https://idp.example.com#o'\\''brien'" },
    { user: "a; rm -rf /", want: "--user='a; rm -rf /'" },
    { user: "$(id)", want: "--user='$(id)'" }
  ])("is for $user in words that a shell takes", ({ user, want }) => {
    const [, binding] = grantLines([{ verb: "list", resource: "coderuns" }], user, "agents")
    assert.isTrue(binding?.endsWith(` ${want}`), binding)
  })

  it("gives two users bindings of different names", () => {
    const binding = (user: string) =>
      grantLines([{ verb: "list", resource: "coderuns" }], user, "agents")[1]?.split(" ")[3]
    assert.notStrictEqual(binding("jane"), binding("john"))
  })
})
