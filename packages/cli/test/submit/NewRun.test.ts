import { assert, describe, it } from "@effect/vitest"
import { decoder } from "@orchestrator/domain/Decode"
import { NewCodeRun } from "@orchestrator/http/contract/kinds/CodeRuns"
import { NewDocsRun } from "@orchestrator/http/contract/kinds/DocsRuns"
import { Result } from "effect"
import { newCodeRun, newDocsRun } from "../../src/submit/NewRun.ts"
import { isAddress, repositoryName } from "../../src/submit/RepositoryName.ts"
import { flags, noScheduling, noToolchain } from "./Flags.ts"

const strict = { rejectUnknown: true }

it("a prompt and a repository are enough for the contract", () => {
  const body = newCodeRun({ ...flags, prompt: "Add a health endpoint" })
  assert.isTrue(Result.isSuccess(decoder(NewCodeRun)(body, strict)))
  assert.deepStrictEqual(body, {
    spec: {
      prompt: "Add a health endpoint",
      repositoryUrl: "https://github.com/example/payments.git",
      service: "payments",
      workingDirectory: ".",
      githubUser: "octocat",
      continueSession: false,
      overwriteMemory: false
    }
  })
})

it("everything that has a flag reaches the contract", () => {
  const body = newCodeRun({
    ...flags,
    name: "mine",
    service: "api",
    model: "a-model",
    taskId: 7,
    docsRepositoryUrl: "https://github.com/example/docs",
    docsProjectDirectory: "_projects/api",
    docsBranch: "next",
    workingDirectory: "packages/api",
    localTools: "a,b",
    remoteTools: "c",
    env: { LOG: "debug" },
    envFromSecrets: [{ name: "NPM_TOKEN", secretName: "npm", secretKey: "token" }],
    dependsOn: ["first"],
    otherRepositories: ["https://github.com/example/library"],
    profile: "java",
    provider: "bedrock",
    image: "registry.example.com/java:21",
    cpu: "4",
    memory: "8Gi",
    setup: "scripts/setup.sh",
    timeoutSeconds: 600,
    maxCostUsd: 2.5,
    maxTurns: 40
  })
  const decoded = decoder(NewCodeRun)(body, strict)
  assert.isTrue(Result.isSuccess(decoded), JSON.stringify(decoded))
  assert.containsSubset(body, {
    name: "mine",
    spec: {
      taskId: 7,
      workingDirectory: "packages/api",
      dependsOn: ["first"],
      repositories: [{ url: "https://github.com/example/library" }],
      profile: "java",
      provider: "bedrock",
      image: "registry.example.com/java:21",
      resources: { limits: { cpu: "4", memory: "8Gi" } },
      setup: "scripts/setup.sh"
    }
  })
})

it("a DocsRun takes a repository and a folder", () =>
  assert.isTrue(Result.isSuccess(
    decoder(NewDocsRun)(
      newDocsRun({
        ...noToolchain,
        ...noScheduling,
        name: undefined,
        repositoryUrl: "https://github.com/example/docs",
        workingDirectory: ".",
        sourceBranch: "main",
        githubUser: "octocat",
        model: undefined,
        timeoutSeconds: undefined,
        maxCostUsd: undefined,
        maxTurns: undefined
      }),
      strict
    )
  )))

describe("the name of a repository", () => {
  it.each([
    ["https://github.com/example/payments.git", "payments"],
    ["git@github.com:example/payments.git", "payments"],
    ["file:///srv/git/my repo/", "my-repo"],
    ["ssh://git@host:2222/team/.dotfiles", "dotfiles"]
  ])("%s is %s", (url, want) => assert.strictEqual(repositoryName(url), want))
})

it("folders and addresses are told apart", () =>
  assert.deepStrictEqual(
    ["https://h/x", "git@h:x/y", "file:///x", "ssh://h/x", ".", "../x", "/srv/x.git", "x", "C:\\x"].map(isAddress),
    [true, true, true, true, false, false, false, false, false]
  ))
