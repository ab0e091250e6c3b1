import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { mayBeSet } from "../src/EnvName.ts"
import {
  decodeBrokerEnvironment,
  decodeRunnerEnvironment,
  encodeBrokerEnvironment,
  encodeRunnerEnvironment,
  runnerNames
} from "../src/PodEnvironment.ts"

const given = {
  runName: "api",
  runUid: "3f9c2a1b-7d4e-4c1a-9b2f-5e6d7c8b9a01",
  repositoryUrl: "https://github.com/acme/api",
  taskType: "code",
  taskId: 7,
  docsRepositoryUrl: "https://github.com/acme/docs",
  gitInsteadOf: { "https://github.com/": "file:///srv/" },
  ownBranch: true,
  maxCostUsd: 2.5
} as const

const ofRunner = {
  ...given,
  model: "claude-x",
  githubUser: "ada",
  sessionId: "3f9c2a1b-7d4e-4c1a-9b2f-5e6d7c8b9a02",
  serviceName: "api",
  resumeSession: false,
  previousAttempt: { reason: "NoChanges" }
} as const

describe("the pod's environment", () => {
  it("is texts in the order that they were given, without what is undefined", () =>
    assert.deepStrictEqual(
      encodeRunnerEnvironment({ maxTurns: 3, resumeSession: true, model: undefined, gitInsteadOf: { a: "b" } }),
      [["MAX_TURNS", "3"], ["RESUME_SESSION", "true"], ["GIT_INSTEAD_OF", "{\"a\":\"b\"}"]]
    ))

  it("of a runner is decoded to what was encoded", () => {
    const decoded = Result.getOrThrow(decodeRunnerEnvironment(Object.fromEntries(encodeRunnerEnvironment(ofRunner))))
    assert.deepInclude(decoded, ofRunner)
  })

  it("of a broker is decoded to what was encoded", () => {
    const values = { ...given, modelPrices: { claude: { input: 1, output: 2 } }, brokerPort: 80 }
    const decoded = Result.getOrThrow(decodeBrokerEnvironment(Object.fromEntries(encodeBrokerEnvironment(values))))
    assert.deepInclude(decoded, values)
  })

  it("has addresses without user names, whoever set them", () => {
    const url = "https://ada@bitbucket.example.test/acme/api"
    const repositories = [{ name: "other", url }]
    const texts = encodeBrokerEnvironment({ ...given, repositoryUrl: url, docsRepositoryUrl: url, repositories })
    assert.notInclude(JSON.stringify(texts), "ada@")
    const written = {
      REPOSITORY_URL: url,
      DOCS_REPOSITORY_URL: url,
      ORCHESTRATOR_REPOSITORIES: JSON.stringify(repositories)
    }
    const decoded = decodeBrokerEnvironment({ ...Object.fromEntries(encodeBrokerEnvironment(given)), ...written })
    assert.notInclude(JSON.stringify(Result.getOrThrow(decoded)), "ada@")
  })

  it.each([
    ["TASK_TYPE", { TASK_TYPE: "art" }],
    ["TASK_ID", { TASK_ID: "seven" }],
    ["MODEL", { MODEL: "a b" }],
    ["PULL_REQUEST.draft", { PULL_REQUEST: "{\"draft\":1}" }]
  ])("has a problem that names the variable %s", (name, change) => {
    const environment = { ...Object.fromEntries(encodeRunnerEnvironment(ofRunner)), ...change }
    const decoded = decodeRunnerEnvironment(environment)
    assert.deepStrictEqual([...new Set(Result.isFailure(decoded) ? decoded.failure.map(({ path }) => path) : [])], [
      name
    ])
  })

  it("has no name that a run may set", () =>
    assert.deepStrictEqual(Object.values(runnerNames).filter((name) => mayBeSet(name)), []))
})
