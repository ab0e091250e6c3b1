import { assert, it } from "@effect/vitest"
import { portProblems } from "../check/Ports.ts"

it.each<{ name: string; path: string; line: string; problems: number }>([
  { name: "a flag's owner in the loop", path: "runner/loop/A.ts", line: "run(\"claude\", words)", problems: 1 },
  {
    name: "an import past the list",
    path: "runner/A.ts",
    line: "import { x } from \"../agents/claude/A.ts\"",
    problems: 1
  },
  { name: "an API's header in the proxy", path: "model/A.ts", line: "headers[\"anthropic-beta\"]", problems: 1 },
  { name: "a forge's host in git", path: "git/A.ts", line: "const host = \"github.com\"", problems: 1 },
  { name: "a forge in the folder of an agent", path: "agents/claude/A.ts", line: "makeGitHubClient()", problems: 1 },
  { name: "an agent in its own folder", path: "agents/claude/A.ts", line: "run(\"claude\", words)", problems: 0 },
  { name: "an agent in the list", path: "agents/Agents.ts", line: "const agents = [claude]", problems: 0 },
  { name: "a dialect in its own folder", path: "model/messages/A.ts", line: "\"anthropic-version\"", problems: 0 },
  { name: "a user's field", path: "runner/A.ts", line: "const { githubUser } = settings", problems: 0 },
  { name: "a Secret's name", path: "forge/A.ts", line: "\"renew the Secret github-token-<user>\"", problems: 0 },
  { name: "a comment", path: "runner/A.ts", line: "// GitHub refuses larger files", problems: 0 }
])(
  "$name: $problems",
  ({ line, path, problems }) =>
    assert.lengthOf(portProblems([{ path: `packages/agent/src/${path}`, text: line }]), problems)
)
