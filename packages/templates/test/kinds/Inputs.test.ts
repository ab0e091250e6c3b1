import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { CodeInputs, codeInputs } from "../../src/kinds/CodeTemplates.ts"
import { DocsInputs } from "../../src/kinds/DocsTemplates.ts"
import { makeCodeRun, makeConfig, someCodeInputs, someDocsInputs } from "../fixtures/Runs.ts"

const exact = { onExcessProperty: "error" } as const

describe("inputs", () => {
  it("are what their schemas say", () => {
    assert.isTrue(Result.isSuccess(Schema.decodeResult(CodeInputs)(someCodeInputs(), exact)))
    assert.isTrue(Result.isSuccess(Schema.decodeResult(DocsInputs)(someDocsInputs(), exact)))
  })

  it.each([
    {
      name: "the names of old templates",
      names: [
        "task_id",
        "service",
        "repository_url",
        "docs_repository_url",
        "docs_branch",
        "docs_project_directory",
        "working_directory",
        "github_user",
        "model",
        "branch",
        "continue_session",
        "overwrite_memory",
        "attempts",
        "local_tools",
        "remote_tools",
        "tool_config",
        "permissions",
        "agent_tools_override",
        "telemetry",
        "retry"
      ],
      inputs: someCodeInputs()
    },
    {
      name: "those of a DocsRun",
      names: [
        "repository_url",
        "working_directory",
        "github_user",
        "model",
        "source_branch",
        "branch",
        "attempts",
        "permissions",
        "agent_tools_override",
        "telemetry",
        "retry"
      ],
      inputs: someDocsInputs()
    }
  ])("have $name", ({ inputs, names }) => assert.includeMembers(Object.keys(inputs), names))

  it.each([
    {
      name: "tools as lists without doubles",
      get: someCodeInputs().tool_config,
      want: {
        local: ["filesystem", "git"],
        remote: ["docs_search", "tickets"],
        toolman_url: "http://toolman.tools.svc:3000/mcp"
      }
    },
    {
      name: "the service's folder where none is given",
      get: someCodeInputs({ workingDirectory: "" }).working_directory,
      want: "shop-api"
    },
    {
      name: "the root of the docs repository where none is given",
      get: someDocsInputs({ workingDirectory: "" }).working_directory,
      want: "."
    },
    {
      name: "an empty text for what is not given",
      get: someCodeInputs().retry.prompt_modification,
      want: ""
    },
    { name: "the default docs branch", get: someCodeInputs().docs_branch, want: "main" }
  ])("have $name", ({ get, want }) => assert.deepStrictEqual(get, want))

  it("follow the attempt and the configuration", () => {
    const inputs = codeInputs({
      run: makeCodeRun({
        contextVersion: 3,
        promptModification: "again",
        continueSession: true,
        overwriteMemory: true
      }),
      config: makeConfig({
        permissions: { agentToolsOverride: true, allow: ["Bash"], deny: ["WebFetch"] },
        telemetry: { enabled: true, otlpEndpoint: "collector:4317" }
      }),
      branch: "b",
      attempts: 4,
      resume: true
    })
    assert.deepInclude(inputs, {
      attempts: 4,
      branch: "b",
      continue_session: true,
      overwrite_memory: true,
      agent_tools_override: true,
      permissions: { allow: ["Bash"], deny: ["WebFetch"] },
      retry: { context_version: 3, prompt_modification: "again", resume: true }
    })
    assert.deepInclude(inputs.telemetry, { enabled: true, otlp_endpoint: "collector:4317", otlp_protocol: "grpc" })
  })
})
