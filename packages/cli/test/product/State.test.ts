import { assert, it } from "@effect/vitest"
import { decodeConfig } from "@orchestrator/domain/OrchestratorConfig"
import { Result } from "effect"
import { limitsOf } from "../../src/product/State.ts"

const config = Result.getOrThrow(decodeConfig({ limits: { activeRuns: 4, activeRunsPerGithubUser: 2 } }))
const nobody = { total: 0, byGithubUser: new Map<string, number>(), byService: new Map<string, number>() }

it("limits are told with what is used of them, for whoever uses most first", () => {
  const used = { ...nobody, total: 3, byGithubUser: new Map([["ada", 1], ["octocat", 2]]) }
  assert.deepStrictEqual(limitsOf(config, used).slice(0, 4), [
    { name: "limits.activeRuns", limit: 4, used: 3 },
    { name: "limits.activeRunsPerGithubUser", limit: 2, of: "octocat", used: 2 },
    { name: "limits.activeRunsPerGithubUser", limit: 2, of: "ada", used: 1 },
    { name: "limits.activeRunsPerService" }
  ])
})

it("ceilings are among them", () =>
  assert.deepInclude(limitsOf(config, nobody), { name: "limits.maxCostUsd", limit: config.limits.maxCostUsd }))
