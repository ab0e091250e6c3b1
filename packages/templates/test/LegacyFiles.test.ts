/** Texts in the manner of older installations: Handlebars with snake_case inputs, comparisons, lists with commas between. */
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { codeInputs } from "../src/kinds/CodeTemplates.ts"
import { compileTemplates } from "../src/Renderer.ts"
import { defaultTemplates } from "./fixtures/DefaultTemplates.ts"
import { makeCodeRun, makeConfig, someCodeInputs, toolmanConfig } from "./fixtures/Runs.ts"

const prompt = `{{!-- Prompt of the platform team --}}
# {{#if (eq attempts 1)}}Start{{else}}Go on{{/if}}: task {{task_id}} ({{service}})

{{#if (and continue_session (ne attempts 1))}}
Continue where you were.
{{/if}}
{{#if retry.prompt_modification}}
## Feedback
{{retry.prompt_modification}}
{{/if}}
{{#unless overwrite_memory}}
Your memory file is kept.
{{/unless}}
Docs: {{docs_repository_url}} at \`{{docs_branch}}\`{{#if docs_project_directory}}, folder {{docs_project_directory}}{{/if}}.
{{#if (or (eq model "claude-opus-4-20250514") (eq github_user "acme-bot"))}}
Reviewed by the platform team.
{{/if}}
`

const settings = `{
  "model": "{{model}}",
  "permissions": {
    "allow": [
      {{#if agent_tools_override}}
      {{#each permissions.allow}}
      "{{this}}"{{#unless @last}},{{/unless}}
      {{/each}}
      {{else}}
      "Bash(*)"
      {{/if}}
    ],
    "deny": {{{json permissions.deny}}}
  },
  "env": {
    {{#if telemetry.enabled}}
    "CLAUDE_CODE_ENABLE_TELEMETRY": "1",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "{{telemetry.otlp_endpoint}}",
    "OTEL_EXPORTER_OTLP_PROTOCOL": "{{telemetry.otlp_protocol}}",
    {{/if}}
    "TASK": "{{task_id}}"
  }
}
`

const client = `{
  "remoteTools": [{{#each tool_config.remote}}"{{this}}"{{#unless @last}}, {{/unless}}{{/each}}],
  "localServers": {
    {{#each tool_config.local}}
    "{{this}}": { "index": {{@index}}, "directory": "/workspace/{{../working_directory}}" }{{#unless @last}},{{/unless}}
    {{/each}}
  }
}
`

const { render } = Result.getOrThrow(
  compileTemplates("legacy", {
    ...defaultTemplates,
    "code/prompt.md.hbs": prompt,
    "code/settings.json.hbs": settings,
    "code/client-config.json.hbs": client
  })
)
const file = (name: string, inputs: ReturnType<typeof someCodeInputs>) => Result.getOrThrow(render(inputs))[name] ?? ""

describe("a prompt of an older installation", () => {
  it("says what it said of a first attempt", () =>
    assert.strictEqual(
      file("prompt.md", someCodeInputs()).trim(),
      `# Start: task 7 (shop-api)

Your memory file is kept.
Docs: https://github.com/acme/shop-docs at \`main\`, folder \`_projects/shop-api\`.
Reviewed by the platform team.`
    ))

  it("says what it said of a later one, with its feedback in a fence", () => {
    const text = file(
      "prompt.md",
      codeInputs({
        run: makeCodeRun({
          contextVersion: 2,
          continueSession: true,
          overwriteMemory: true,
          promptModification: "# Not a heading"
        }),
        config: toolmanConfig,
        branch: "b",
        attempts: 2,
        resume: true
      })
    )
    assert.include(text, "# Go on: task 7")
    assert.include(text, "Continue where you were.")
    assert.notInclude(text, "memory file")
    assert.match(text, /## Feedback\n+```+text\n# Not a heading\n```+/)
  })
})

describe("settings of an older installation", () => {
  const inputs = (config: object) =>
    codeInputs({ run: makeCodeRun(), config: makeConfig(config), branch: "b", attempts: 1, resume: false })

  it("have the default list", () =>
    assert.deepStrictEqual(JSON.parse(file("settings.json", inputs({}))), {
      model: "claude-sonnet-4-20250514",
      permissions: { allow: ["Bash(*)"], deny: [] },
      env: { TASK: "7" }
    }))

  it("have the configured list and telemetry, whatever is in them", () =>
    assert.deepStrictEqual(
      JSON.parse(file(
        "settings.json",
        inputs({
          permissions: { agentToolsOverride: true, allow: ["Bash(npm *)", "a\"b\\c"], deny: ["WebFetch"] },
          telemetry: { enabled: true, otlpEndpoint: "http://collector:4318", otlpProtocol: "http/protobuf" }
        })
      )),
      {
        model: "claude-sonnet-4-20250514",
        permissions: { allow: ["Bash(npm *)", "a\"b\\c"], deny: ["WebFetch"] },
        env: {
          CLAUDE_CODE_ENABLE_TELEMETRY: "1",
          OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318",
          OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
          TASK: "7"
        }
      }
    ))
})

describe("a client configuration of an older installation", () => {
  it("has commas between its tools and nowhere else", () =>
    assert.deepStrictEqual(JSON.parse(file("client-config.json", someCodeInputs())), {
      remoteTools: ["docs_search", "tickets"],
      localServers: {
        filesystem: { index: 0, directory: "/workspace/services/api" },
        git: { index: 1, directory: "/workspace/services/api" }
      }
    }))

  it("is empty where no tools are asked for", () =>
    assert.deepStrictEqual(
      JSON.parse(file("client-config.json", someCodeInputs({ localTools: "", remoteTools: "" }))),
      {
        remoteTools: [],
        localServers: {}
      }
    ))
})
