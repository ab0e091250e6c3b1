/** A script in the manner of older installations: values in double quotes all over, conditions, substitutions, here-documents. */
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { compileTemplates } from "../src/Renderer.ts"
import { runBash } from "./fixtures/Bash.ts"
import { defaultTemplates } from "./fixtures/DefaultTemplates.ts"
import { withText } from "./fixtures/Leaves.ts"
import { payloads } from "./fixtures/Payloads.ts"
import { someCodeInputs } from "./fixtures/Runs.ts"

const script = `#!/bin/bash
set -e

echo "=== Task {{task_id}} for {{service}} ==="
# Runs {{service}}; don't edit
REPO_URL="{{repository_url}}"
WORK_DIR="/workspace/target/{{working_directory}}"
{{#if docs_project_directory}}
DOCS_DIR="{{docs_project_directory}}"
{{else}}
DOCS_DIR="_projects/{{service}}"
{{/if}}
OWNER=$(echo "{{{repository_url}}}" | sed 's|https://github.com/||' | cut -d'/' -f1)
if [ "{{continue_session}}" = "true" ] || [[ {{attempts}} -gt 1 ]]; then
  MODE='continue'
fi
case "\${MODE:-none}" in
  continue) echo "it's a retry (\`date +%Y >/dev/null; echo ok\`)" ;;
  *) echo "first" ;;
esac
function report() {
  local user="{{github_user}}" n=$(( {{task_id}} + 1 ))
  cat <<EOF
user: $user
next: $n
branch: {{branch}} and "$(printf '%s' "{{model}}")"
EOF
}
report
for tool in {{#each tool_config.remote}}{{this}} {{/each}}; do printf 'tool %s\\n' "$tool"; done
printf '%s\\n' "$REPO_URL" "$WORK_DIR" "$DOCS_DIR" "\${OWNER:+owner}"
`

const { render } = Result.getOrThrow(
  compileTemplates("legacy", { ...defaultTemplates, "code/hooks/legacy.sh.hbs": script })
)
const output = (inputs: ReturnType<typeof someCodeInputs>) =>
  runBash(Result.getOrThrow(render(inputs))["hooks-legacy.sh"] ?? "")

describe("a script of an older installation", () => {
  it("renders to a script that does what it did in the older installation", () =>
    assert.deepStrictEqual(output(someCodeInputs()), {
      stdout: `=== Task 7 for shop-api ===
first
user: acme-bot
next: 8
branch: feature/task-7-implementation and "claude-sonnet-4-20250514"
tool docs_search
tool tickets
https://github.com/acme/shop
/workspace/target/services/api
_projects/shop-api
owner
`,
      stderr: "",
      left: []
    }))

  it.each(["command substitution", "double quote", "quote dance", "here-document end", "backticks"])(
    "runs nothing of a %s",
    (name) => {
      const text = payloads[name] ?? ""
      const paths = [["service"], ["repository_url"], ["working_directory"], ["github_user"], ["branch"], ["model"], [
        "tool_config",
        "remote",
        0
      ]]
      const { left, stderr, stdout } = output(
        paths.reduce((inputs, path) => withText(inputs, path, text), someCodeInputs())
      )
      assert.deepStrictEqual({ left, stderr }, { left: [], stderr: "" })
      assert.include(stdout, `branch: ${text} and "${text}"`)
      assert.include(stdout, `tool ${text}\ntool tickets\n`)
    }
  )
})
