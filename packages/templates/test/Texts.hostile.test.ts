/** JSON and Markdown of a template's author in which a text of a run would be run, or would be more than a text. */
import { assert, describe, it } from "@effect/vitest"
import { problemsOf, rendered } from "./fixtures/Render.ts"

const x = "{{service}}"

describe("a text that the agent's CLI would run is refused in its JSON", () => {
  it.each<readonly [string, string]>([
    ["a hook's command", `{ "hooks": { "Stop": [{ "hooks": [{ "type": "command", "command": "echo ${x}" }] }] } }`],
    ["a hook's command over lines", `{ "hooks": { "Stop": [{ "hooks": [{ "command":\n\n "a ${x}" }] }] } }`],
    ["a hook's command as a value", `{ "command": ${x} }`],
    ["a hook's command as JSON", `{ "command": {{json service}} }`],
    ["a hook's command that one way makes", `{ "command": "{{#if docs_branch}}a{{else}}${x}{{/if}}" }`],
    ["a status line", `{ "statusLine": { "type": "command", "command": "echo '${x}'" } }`],
    ["a helper of keys", `{ "apiKeyHelper": "get ${x}" }`],
    ["a helper of headers", `{ "otelHeadersHelper": "${x}" }`],
    ["a helper of a server's headers", `{ "mcpServers": { "a": { "headersHelper": "${x}" } } }`],
    ["a refresh of credentials", `{ "awsAuthRefresh": "aws sso login ${x}" }`],
    ["an export of credentials", `{ "awsCredentialExport": "${x}" }`],
    ["a server's command", `{ "mcpServers": { "a": { "command": "${x}" } } }`],
    ["code of a server's shell", `{ "mcpServers": { "a": { "command": "bash", "args": ["-c", "tool ${x}"] } } }`],
    [
      "code of a server's interpreter",
      `{ "mcpServers": { "a": { "command": "/usr/bin/python3", "args": ["-c", ${x}] } } }`
    ],
    ["the package that a launcher fetches", `{ "mcpServers": { "a": { "command": "npx", "args": ["-y", "${x}"] } } }`],
    ["the image of a server", `{ "mcpServers": { "a": { "command": "docker", "args": ["run", "${x}"] } } }`],
    ["arguments whose command comes later", `{ "mcpServers": { "a": { "args": ["${x}"], "command": "bash" } } }`],
    ["all arguments as JSON", `{ "mcpServers": { "a": { "command": "sh", "args": {{json permissions.allow}} } } }`],
    ["a server's start file", `{ "mcpServers": { "a": { "command": "t", "env": { "BASH_ENV": "${x}" } } } }`],
    ["a library before all others", `{ "env": { "LD_PRELOAD": "${x}" } }`],
    ["options of Node", `{ "env": { "NODE_OPTIONS": "--require ${x}" } }`],
    ["the path of programs", `{ "env": { "PATH": "/usr/bin:${x}" } }`],
    ["the program that git starts", `{ "env": { "GIT_SSH_COMMAND": "${x}" } }`],
    ["where requests go", `{ "env": { "ANTHROPIC_BASE_URL": "${x}" } }`],
    ["where requests to another provider go", `{ "env": { "ANTHROPIC_BEDROCK_BASE_URL": "${x}" } }`],
    ["what requests carry", `{ "env": { "ANTHROPIC_CUSTOM_HEADERS": "${x}" } }`],
    ["a proxy", `{ "env": { "HTTPS_PROXY": "${x}" } }`],
    ["a name of the environment", `{ "env": { "${x}": "a" } }`],
    ["a name of the environment among text", `{ "env": { "A": "b", "MY_${x}": "a" } }`]
  ])("%s", (_, source) => {
    assert.deepStrictEqual(problemsOf("json", source).map(({ reason }) => reason), ["Placement"])
  })

  it.each<readonly [string, string]>([
    [
      "the model, the task and telemetry",
      `{ "model": "${x}", "env": { "TASK": "${x}", "OTEL_EXPORTER_OTLP_ENDPOINT": "${x}" } }`
    ],
    [
      "a server's address and its name",
      `{ "mcpServers": { "${x}": { "type": "http", "url": "${x}", "headers": { "A": "${x}" } } } }`
    ],
    [
      "an argument of a program",
      `{ "mcpServers": { "a": { "command": "toolman", "args": ["--url", "${x}"], "env": { "URL": "${x}" } } } }`
    ],
    ["a key behind a command", `{ "hooks": { "command": "a" }, "model": "${x}" }`],
    ["a text that mentions a command", `{ "note": "command: ${x}", "commands": ["${x}"] }`],
    ["a number of a command's", `{ "command": "tool --task {{task_id}}" }`]
  ])("but not %s", (_, source) => assert.deepStrictEqual(problemsOf("json", source), []))
})

describe("a text that would be more than a text is refused in Markdown", () => {
  it.each<readonly [string, string]>([
    ["the name of a tag", `a <${x}> b`],
    ["the end of a tag", `a </${x}> b`],
    ["a tag over lines", `see <a\nhref="${x}">this</a>`],
    ["a tag over lines in a sentence", `- see <img\n  src=${x}\n  alt="a">`],
    ["a declaration", `a <!${x}> b`],
    ["a processing instruction", `a <?x\n${x}?> b`],
    ["a comment over lines", `a <!--\n\n${x}\n--> b`],
    ["a script over lines", `<script>\n\n${x}\n</script>`],
    ["a file that the CLI reads", `Read @${x} first.`],
    ["a file of a folder that the CLI reads", `Read @docs/${x}/README.md first.`],
    ["a file that the CLI reads, in a span", `Read \`@${x}\` first.`],
    ["a file that the CLI reads, in a fence", `\`\`\`\n@${x}\n\`\`\``],
    ["behind a backslash", `a \\\\${x} b`],
    ["in a fence's first line", `~~~${x}\na\n~~~`]
  ])("%s", (_, source) => {
    assert.deepStrictEqual(problemsOf("markdown", source).map(({ reason }) => reason), ["Placement"])
  })

  it.each<readonly [string, string]>([
    ["a comparison", `if a < ${x} and b > ${x}`],
    ["a link's text and address", `see [${x}](${x}) and <https://example.com> ${x}`],
    ["an address of mail", `mail ops@${x}`],
    ["behind a tag that ended", `<b>a</b>\n\n${x}`],
    ["behind two backslashes", `a \\\\\\\\\\ ${x}`]
  ])("but not %s", (_, source) => assert.deepStrictEqual(problemsOf("markdown", source), []))
})

/** What CommonMark takes for code: each run of backticks up to the next one of its length. */
const withoutCode = (line: string): string => line.replaceAll(/(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)/g, "")

describe("the marks of a text stay in its code span", () => {
  const attack = "q` <img src=x> [l](http://evil) `z"
  it.each<readonly [string, string]>([
    ["beside another text", "a {{x}}{{y}} b"],
    ["beside two others", "a {{y}}{{x}}{{y}} b"],
    ["before a code span", "a {{x}}`code` b"],
    ["behind a code span", "a `code`{{x}} b"],
    ["between code spans", "a `code`{{x}}`code` b"],
    ["before a code span of a condition", "a {{x}}{{#if x}}`code`{{/if}} b"],
    ["behind one way of a condition", "a {{#if x}}{{y}}{{else}}c{{/if}}{{x}} b"],
    ["twice in a loop", "a {{#each xs}}{{this}}{{/each}} b"],
    ["in a table", "| {{x}}{{y}} | b |"],
    ["in a link", "a [t]({{x}}) b"],
    ["in a link's text", "a [{{x}}](http://docs.example) b"]
  ])("%s", (_, source) => {
    const text = rendered("markdown", source, { x: attack, y: "`", xs: [attack, "``", attack] })
    assert.notInclude(text, "\n")
    assert.notMatch(withoutCode(text), /<img|evil/, text)
  })
})
