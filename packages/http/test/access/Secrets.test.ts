import { assert, it } from "@effect/vitest"
import { secretPermissions } from "../../src/access/Secrets.ts"

it.each<{ name: string; given: Readonly<Record<string, unknown>>; want: ReadonlyArray<string> }>([
  { name: "the user's two", given: { githubUser: "jane" }, want: ["github-ssh-jane", "github-token-jane"] },
  {
    name: "the user's two by the names that they are mounted by",
    given: { githubUser: "Jane_Doe" },
    want: ["github-ssh-jane-doe", "github-token-jane-doe"]
  },
  {
    name: "those of the environment, each once",
    given: {
      envFromSecrets: [{ name: "A", secretName: "x", secretKey: "a" }, { name: "B", secretName: "x", secretKey: "b" }]
    },
    want: ["x"]
  },
  { name: "none of a spec that is no spec", given: { envFromSecrets: ["x", null, {}], githubUser: 7 }, want: [] },
  { name: "none of a list that is no list", given: { envFromSecrets: "x" }, want: [] }
])("a run uses $name", ({ given, want }) => {
  assert.deepStrictEqual<ReadonlyArray<string | undefined>>(secretPermissions(given, {}).map(({ name }) => name), want)
  for (const { resource, verb } of secretPermissions(given, {})) {
    assert.deepStrictEqual([verb, resource], ["use", "secrets"])
  }
})

it("asks for the token of other forges where brokers have it", () => {
  const names = secretPermissions({ githubUser: "Ada_Dev" }, { gitTokens: true }).map(({ name }) => name)
  assert.deepStrictEqual<ReadonlyArray<string | undefined>>(names, [
    "github-ssh-ada-dev",
    "github-token-ada-dev",
    "git-token-ada-dev"
  ])
})
