import { assert, it } from "@effect/vitest"
import { forgottenDashes, npmVariables } from "../../src/settings/NpmArguments.ts"

it("a flag that npm kept is looked for under npm's name", () => {
  const variables = npmVariables(["repo", "token-file", "force", "version"])
  assert.deepStrictEqual([...variables], [["npm_config_repo", "repo"], ["npm_config_token_file", "token-file"]])
})

it("the command is said as it works", () =>
  assert.match(
    forgottenDashes(["repo", "follow"], ["code", "submit", "https://host/x", "Do it"]),
    /npm run orchestrator -- code submit --repo \.\.\. --follow/
  ))
