import { assert, describe, it } from "@effect/vitest"
import { credentialHints } from "../../src/decide/CredentialHints.ts"
import { given, makeConfig } from "../fixtures/Given.ts"
import { makeCodeRun } from "../fixtures/Runs.ts"

const config = makeConfig({ secrets: { apiKeySecretName: "model", apiKeySecretKey: "key" } })

const hintsOf = (spec: Readonly<Record<string, unknown>>) => {
  const observed = given({ run: makeCodeRun({ spec }), config })
  const { run } = observed
  return run === undefined || run.ended ? assert.fail("there is no run") : credentialHints({ ...observed, run })
}

describe("the Secrets that a person has to make", () => {
  it.each([
    { name: "of the run's user", spec: { githubUser: "ada" }, user: "ada" },
    { name: "of a user whom nobody can read any more", spec: { taskId: "x" }, user: "user" }
  ])("are named: $name", ({ spec, user }) => {
    const { gitAccess, modelKey } = hintsOf(spec)
    assert.strictEqual(modelKey, "Key key of the Secret model")
    assert.strictEqual(
      gitAccess,
      `Key token of the Secret github-token-${user}, or ssh-privatekey of github-ssh-${user},`
    )
  })
})
