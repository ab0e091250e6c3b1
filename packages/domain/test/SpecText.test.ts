import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import fc from "fast-check"
import { EnvName, mayBeSet } from "../src/EnvName.ts"
import {
  BranchName,
  DataKey,
  GithubUser,
  GitUrl,
  ModelName,
  ObjectName,
  PromptText,
  RelativePath,
  ServiceName,
  ToolList
} from "../src/SpecText.ts"

interface Rules {
  readonly name: string
  readonly schema: Schema.ConstraintDecoder<unknown>
  readonly good: ReadonlyArray<string>
  readonly bad: ReadonlyArray<string>
}

const everywhere = ["-x", "a\nb", "a\0b", "a\u2028b", "a\u007fb"]

const rules: ReadonlyArray<Rules> = [
  {
    name: "a service's name",
    schema: ServiceName,
    good: ["api", "simple-api", "Simple API", "api.v2", "team/api", "ünïcode", "x".repeat(200)],
    bad: ["", "   ", "..", "../api", "a/../b", "a\\..\\b", "/etc", "~root", "x".repeat(201), ...everywhere]
  },
  {
    name: "a git URL",
    schema: GitUrl,
    good: [
      "https://github.com/acme/api",
      "https://github.com/acme/api.git",
      "http://localhost:3000/acme/api.git",
      "https://host/@scope/name",
      "https://ada@bitbucket.org/acme/api.git",
      "ssh://git@github.com/acme/api.git",
      "ssh://git@host:2222/acme/api.git",
      "git@github.com:acme/api.git",
      "git@github.com:~ada/api.git",
      "file:///srv/git/api.git"
    ],
    bad: [
      "",
      "acme/api",
      "/srv/git/api.git",
      "../api",
      "github.com:acme/api",
      "ext::sh -c id",
      "fd::7",
      "git://github.com/acme/api",
      "ftp://github.com/acme/api",
      "https://",
      "https://github.com/a b",
      "https://ada:hunter2@github.com/acme/api",
      "https://ada:@github.com/acme/api",
      "ssh://git:hunter2@github.com/acme/api",
      "ssh://-oProxyCommand=id/x",
      "ssh://git@-oProxyCommand=id/x",
      "git@-oProxyCommand=id:x",
      "git@github.com:-x",
      `https://github.com/${"x".repeat(2048)}`,
      ...everywhere
    ]
  },
  {
    name: "a branch's name",
    schema: BranchName,
    good: ["main", "feature/docs", "v1.2.3", "a@b", "release-2025.01", "ünïcode", "x".repeat(250)],
    bad: [
      "",
      " ",
      "a b",
      "a..b",
      "a~1",
      "a^",
      "a:b",
      "a?b",
      "a*b",
      "a[b",
      "a\\b",
      "a@{1}",
      "@",
      "/a",
      "a/",
      "a//b",
      ".a",
      "a/.b",
      "a.",
      "a.lock",
      "a.lock/b",
      "x".repeat(251),
      ...everywhere
    ]
  },
  {
    name: "a folder in a repository",
    schema: RelativePath,
    good: ["", ".", "./a", "a", "a/b/", "_projects/simple-api", "a..b", "...", "with space"],
    bad: ["/", "/etc", "~", "~ada/x", "..", "../a", "a/..", "a/../b", "a\\..\\b", "x".repeat(1025), ...everywhere]
  },
  {
    name: "a model's name",
    schema: ModelName,
    good: ["claude-sonnet-4-20250514", "opus", "opus[1m]", "us.anthropic.claude-v1:0", "claude-3@20240229", "a/b"],
    bad: ["", "a b", "a;b", "$(id)", "`id`", "a\"b", "a'b", "x".repeat(201), ...everywhere]
  },
  {
    name: "a GitHub login",
    schema: GithubUser,
    good: ["ada", "Ada-Lovelace", "a", "a1-b2", "ada_acme", "renovate[bot]"],
    bad: [
      "",
      "ada-",
      "a--b",
      "a b",
      "ada.lovelace",
      "ada[bot]x",
      "[bot]",
      "ada/x",
      "a@b",
      "x".repeat(61),
      ...everywhere
    ]
  },
  {
    name: "a list of tools",
    schema: ToolList,
    good: ["", "a", "a,b", "filesystem, git", "mcp__x__y"],
    bad: ["a\nb", "a\0b", "a\u2029b", "x".repeat(4097)]
  },
  {
    name: "a prompt",
    schema: PromptText,
    good: ["", "two\nlines", "-x", "$(id) `id` {{id}} \" '", "\u2028", "x".repeat(100_000)],
    bad: ["\0", "a\0b", "x".repeat(100_001)]
  },
  {
    name: "a variable",
    schema: EnvName,
    good: ["A", "_a", "RUST_LOG", "DATABASE_URL", "PATHS", "MY_PATH", "PROXY", "CLAUDE"],
    bad: [
      "",
      "1A",
      "A-B",
      "A B",
      "A=B",
      "Ä",
      "PATH",
      "HOME",
      "LD_PRELOAD",
      "LD_LIBRARY_PATH",
      "DYLD_INSERT_LIBRARIES",
      "NODE_OPTIONS",
      "BASH_ENV",
      "ENV",
      "SHELLOPTS",
      "GIT_SSH_COMMAND",
      "git_config",
      "HTTPS_PROXY",
      "http_proxy",
      "ANTHROPIC_API_KEY",
      "ANTHROPIC_BASE_URL",
      "GH_TOKEN",
      "MODEL",
      "TASK_ID",
      "SESSION_ID",
      "WORKSPACE_DIR",
      "CLAUDE_CONFIG_DIR",
      "OTEL_EXPORTER_OTLP_ENDPOINT"
    ]
  },
  {
    name: "a Secret's name",
    schema: ObjectName,
    good: ["a", "db", "db-url", "db.example", "0", "x".repeat(253)],
    bad: ["", "A", "a_b", "a/b", "-a", "a-", ".a", "a.", "a..b", "a.-b", "x".repeat(254)]
  },
  {
    name: "a key of a Secret",
    schema: DataKey,
    good: ["token", "TOKEN", "tls.crt", "a_b-c", ".dockerconfigjson", "x".repeat(253)],
    bad: ["", "a b", "a/b", "ä", ".", "..", "..a", "x".repeat(254)]
  }
]

describe.each(rules)("$name", ({ bad, good, schema }) => {
  const accepts = Schema.is(schema)
  it.each(good)("may be %j", (text) => assert.isTrue(accepts(text)))
  it.each(bad)("may not be %j", (text) => assert.isFalse(accepts(text)))
})

/** Variables of the pod's contract that a run must not take over. */
const ours = [
  "ANTHROPIC_API_KEY",
  "GH_TOKEN",
  "TASK_TYPE",
  "MODEL",
  "GITHUB_USER",
  "REPOSITORY_URL",
  "WORKING_DIRECTORY",
  "TASK_ID",
  "SERVICE_NAME",
  "DOCS_REPOSITORY_URL",
  "DOCS_BRANCH",
  "DOCS_PROJECT_DIRECTORY",
  "LOCAL_TOOLS",
  "REMOTE_TOOLS",
  "MCP_CLIENT_CONFIG",
  "TOOLMAN_SERVER_URL",
  "SOURCE_BRANCH",
  "RUN_NAME",
  "RUN_UID",
  "ATTEMPT",
  "SESSION_ID",
  "RESUME_SESSION",
  "PREVIOUS_ATTEMPT",
  "RESUME_SESSION_ID",
  "OVERWRITE_MEMORY",
  "MAX_COST_USD",
  "MAX_TURNS",
  "GIT_ALLOW_PROTOCOL",
  "HOME",
  "CLAUDE_CONFIG_DIR",
  "TRACEPARENT",
  "BROKER_ENDPOINT_FILE",
  "FORGE_GITHUB_HOSTS",
  "PULL_REQUEST",
  "PULL_REQUEST_TITLE",
  "TASK_URL",
  "WORKSPACE_DIR",
  "CONFIG_DIR",
  "ORCHESTRATOR_DIR",
  "SSH_DIR",
  "TERMINATION_MESSAGE_PATH",
  "MANAGED_SETTINGS_PATH"
]

it.each(ours)("%s is set by the orchestrator alone", (name) => assert.isFalse(mayBeSet(name)))

it("nothing that a shell would read as more than a name may be set", () =>
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (name) => assert.isTrue(!mayBeSet(name) || /^[A-Za-z_]\w*$/.test(name)))
  ))
