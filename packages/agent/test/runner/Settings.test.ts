/** The edges: environment in, command lines and configuration files out. */
import { assert, describe, it } from "@effect/vitest"
import { formatProblems } from "@orchestrator/domain/Decode"
import { ConfigProvider, Effect, Result } from "effect"
import { claudeArguments } from "../../src/agents/claude/Claude.ts"
import { claude } from "../../src/agents/claude/ClaudeCli.ts"
import { configEnvironment, repositoryConfig, storageSettings } from "../../src/git/GitSettings.ts"
import { mirrored, sshCommand, tokenAccess, tokenOrigin } from "../../src/git/UpstreamAccess.ts"
import { advice, isBehind, isTransient, parseRemote, refusal } from "../../src/git/UpstreamWords.ts"
import { inheritable, readEnvironment } from "../../src/pod/Environment.ts"
import { redactor } from "../../src/pod/Redact.ts"
import { agentEnvironment, remaining } from "../../src/runner/loop/AgentEnvironment.ts"
import { decodeSettings } from "../../src/runner/Settings.ts"

const environment = {
  TASK_TYPE: "code",
  TASK_ID: "7",
  SERVICE_NAME: "api",
  MODEL: "claude-sonnet-4-20250514",
  GITHUB_USER: "robo-dev",
  REPOSITORY_URL: "https://github.com/acme/api.git",
  DOCS_REPOSITORY_URL: "git@github.com:acme/docs.git",
  RUN_NAME: "run",
  RUN_UID: "uid",
  SESSION_ID: "3f9c2a1b-1111-8222-a333-444455556661"
}

describe("the environment of a run", () => {
  it("has defaults where the contract has them", () => {
    const settings = Result.getOrThrow(
      decodeSettings({ ...environment, WORKING_DIRECTORY: "./svc/", GH_TOKEN: "t0ken\n" }, claude)
    )
    assert.deepStrictEqual(settings.task, {
      type: "code",
      taskId: 7,
      promptFile: undefined,
      issueUrl: undefined,
      repositories: [],
      branches: { plain: "feature/task-7-implementation", own: "feature/task-7-implementation-4c9cb519" },
      contested: false,
      service: "api",
      docsRepositoryUrl: "git@github.com:acme/docs.git",
      docsBranch: "main",
      docsProjectDirectory: "_projects/api"
    })
    assert.strictEqual(settings.workingDirectory, "svc")
    assert.strictEqual(settings.sessionId, environment.SESSION_ID.toLowerCase())
    assert.strictEqual(settings.roots.agentConfig, "/workspace/.claude")
    assert.isUndefined(settings.maxTurns)
  })

  it.each([
    { name: "an unknown kind", given: { TASK_TYPE: "art" }, want: "TASK_TYPE" },
    { name: "a task id that is no number", given: { TASK_ID: "seven" }, want: "TASK_ID" },
    {
      name: "an address with a credential",
      given: { REPOSITORY_URL: "https://u:p@github.com/a/b" },
      want: "REPOSITORY_URL"
    },
    {
      name: "an address that is an option",
      given: { DOCS_REPOSITORY_URL: "--upload-pack=x" },
      want: "DOCS_REPOSITORY_URL"
    },
    { name: "a folder outside", given: { WORKING_DIRECTORY: "../x" }, want: "WORKING_DIRECTORY" },
    { name: "a budget of nothing", given: { MAX_COST_USD: "0" }, want: "MAX_COST_USD" },
    { name: "mirrors that are no record", given: { GIT_INSTEAD_OF: "[]" }, want: "GIT_INSTEAD_OF" }
  ])("names the variable: $name", ({ given, want }) => {
    const decoded = decodeSettings({ ...environment, ...given }, claude)
    assert.isTrue(Result.isFailure(decoded))
    if (Result.isFailure(decoded)) assert.include(formatProblems(decoded.failure), want)
  })

  it.effect("is read whole from the provider", () =>
    Effect.gen(function*() {
      const given = { A: "1", A_B: "2", A_B_0: "3", A__C: "4", LIST_1: "5" }
      const provider = ConfigProvider.fromEnvRecord({ ...given, EMPTY: "", HUGE_4294967290: "x" })
      const read = yield* readEnvironment.pipe(Effect.provideService(ConfigProvider.ConfigProvider, provider))
      assert.deepStrictEqual(read, given)
    }))

  it("is inherited without traces of another agent and without the runner's own", () => {
    const given = {
      PATH: "/bin",
      TOKEN: "x",
      CLAUDECODE: "1",
      CLAUDE_CODE_SESSION_ID: "y",
      GIT_DIR: "/x",
      GIT_ALLOW_PROTOCOL: "ssh",
      ORCHESTRATOR_DIR: "/o"
    }
    assert.deepStrictEqual(inheritable(given, claude.ofOtherSessions), {
      PATH: "/bin",
      TOKEN: "x",
      GIT_ALLOW_PROTOCOL: "ssh"
    })
  })
})

describe("the agent's command", () => {
  const invocation = {
    model: "claude-x",
    session: { sessionId: "s", resume: undefined },
    workingDirectory: "/w",
    files: {
      prompt: "p",
      memory: "/m",
      notes: [],
      mcpConfig: undefined,
      mcpServers: [],
      stopHook: undefined,
      settings: undefined
    },
    configFolder: "/c",
    environment: {},
    maxTurns: undefined,
    maxCostUsd: 2.5
  }

  it("reads no setting source and names a new session", () => {
    const words = claudeArguments(invocation)
    assert.strictEqual(words[words.indexOf("--setting-sources") + 1], "")
    assert.deepStrictEqual(words.slice(words.indexOf("--session-id"), words.indexOf("--session-id") + 2), [
      "--session-id",
      "s"
    ])
    for (const flag of ["--strict-mcp-config", "--disable-slash-commands", "--verbose"]) assert.include(words, flag)
    for (const flag of ["--resume", "--mcp-config", "--settings", "--max-turns"]) assert.notInclude(words, flag)
  })

  it("resumes without naming a new session", () => {
    const words = claudeArguments({ ...invocation, session: { sessionId: "s", resume: "/t/s.jsonl" } })
    assert.include(words, "/t/s.jsonl")
    assert.notInclude(words, "--session-id")
  })

  it.each([
    {
      limits: { maxTurns: 10, maxCostUsd: 1 },
      used: { turns: 4, costUsd: 0.4 },
      want: { maxTurns: 6, maxCostUsd: 0.6 }
    },
    { limits: { maxTurns: 3, maxCostUsd: 1 }, used: { turns: 4, costUsd: 2 }, want: { maxTurns: 1, maxCostUsd: 0.01 } },
    {
      limits: { maxTurns: undefined, maxCostUsd: undefined },
      used: { turns: 4 },
      want: { maxTurns: undefined, maxCostUsd: undefined }
    }
  ])(
    "passes on what is left of the limits: $want",
    ({ limits, used, want }) => assert.deepStrictEqual(remaining(limits, used), want)
  )

  it("has an environment in which ours wins", () => {
    const made = agentEnvironment(claude, {
      environment: { CLAUDE_CONFIG_DIR: "/evil", API_TIMEOUT_MS: "1", KEPT: "yes" },
      home: "/h",
      sessionId: "s",
      workingDirectory: "/w",
      configFolder: "/c",
      roots: { config: "/config", workspace: "/w" },
      git: { GH_TOKEN: "t" },
      user: { name: "n", email: "e" },
      toolServers: true,
      root: false,
      mark: "m"
    })
    assert.strictEqual(made["CLAUDE_CONFIG_DIR"], "/c")
    assert.strictEqual(made["API_TIMEOUT_MS"], "300000")
    assert.strictEqual(made["KEPT"], "yes")
    assert.isUndefined(made["IS_SANDBOX"])
    assert.strictEqual(made["ENABLE_TOOL_SEARCH"], "false")
    assert.strictEqual(made["CLAUDE_CODE_DISABLE_CRON"], "1")
    assert.strictEqual(made["CLAUDE_CODE_DISABLE_LEGACY_MODEL_REMAP"], "1")
  })
})

describe("git's configuration", () => {
  it("keeps what describes the storage and nothing that names a command", () => {
    const listing =
      "core.repositoryformatversion\n1\0core.filemode\nfalse\0extensions.objectformat\nsha256\0core.hookspath\n/evil\0" +
      "filter.x.clean\nrm -rf /\0core.ignorecase\0remote.origin.url\nhttps://evil\0core.filemode\ntrue\n[alias]\0"
    const storage = storageSettings(listing)
    assert.deepStrictEqual(storage.map(([key]) => key), [
      "core.repositoryformatversion",
      "core.filemode",
      "extensions.objectformat",
      "core.ignorecase"
    ])
    const text = repositoryConfig({ storage, origin: "https://h/a\"b", user: { name: "n", email: "e" } })
    assert.include(text, "objectformat = sha256")
    assert.include(text, "url = \"https://h/a\\\"b\"")
    assert.notInclude(text, "evil")
  })

  it("travels in the environment, numbered", () => {
    assert.deepStrictEqual(configEnvironment([["a.b", "1"]]), {
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "a.b",
      GIT_CONFIG_VALUE_0: "1"
    })
  })
})

describe("access to a remote", () => {
  it.each([
    ["https://github.com/a/b.git", "https://github.com"],
    ["https://git.acme.test:8443/a", "https://git.acme.test:8443"],
    ["http://127.0.0.1:3000/a", "http://127.0.0.1:3000"],
    ["http://git.acme.test/a", undefined],
    ["git@github.com:a/b.git", undefined],
    ["ssh://git@github.com/a/b", undefined],
    ["file:///srv/a", undefined]
  ])("%s gets the token as %s", (url, want) => assert.strictEqual(tokenOrigin(url), want))

  it("has the token in the environment and nowhere else", () => {
    const { environment, settings } = tokenAccess("https://github.com/a/b", "s3cret-value")
    assert.deepStrictEqual(Object.entries(environment).filter(([, value]) => value === "s3cret-value").length, 1)
    assert.isUndefined(environment["GH_TOKEN"])
    assert.notInclude(JSON.stringify(settings), "s3cret-value")
    assert.strictEqual(settings[0]?.[0], "credential.https://github.com.helper")
  })

  it("by ssh uses this key and these host keys only", () => {
    const command = sshCommand({ key: "/tmp/it's/key", knownHosts: "/k" })
    for (const part of ["-F /dev/null", "-i '/tmp/it'\\''s/key'", "IdentitiesOnly=yes", "StrictHostKeyChecking=yes"]) {
      assert.include(command, part)
    }
  })

  it.each([
    ["https://github.com/a", { "https://github.com/": "file:///m/" }, "file:///m/a"],
    ["https://github.com/a/b", { "https://github.com/": "x:", "https://github.com/a/": "y:" }, "y:b"],
    ["https://gitlab.com/a", { "https://github.com/": "x:" }, "https://gitlab.com/a"]
  ])("%s with mirrors is %s", (url, mirrors, want) => assert.strictEqual(mirrored(url, mirrors), want))
})

describe("a remote's words", () => {
  it("list its branches and the default one", () => {
    const sha = "a".repeat(40)
    const remote = parseRemote(
      `ref: refs/heads/trunk\tHEAD\n${sha}\tHEAD\n${sha}\trefs/heads/trunk\n${sha}\trefs/heads/x/y\n`
    )
    assert.strictEqual(remote.defaultBranch, "trunk")
    assert.deepStrictEqual([...remote.heads.keys()], ["trunk", "x/y"])
  })

  it.each([
    [
      "To x\n!\tabc:refs/heads/b\t[remote rejected] (pre-receive hook declined)\nDone\n",
      "remote: no entry\nremote: \n",
      "[remote rejected] (pre-receive hook declined): no entry"
    ],
    ["!\tabc:refs/heads/b\t[rejected] (fetch first)\n", "hint: x\n", "[rejected] (fetch first)"],
    ["*\tabc:refs/heads/b\t[new branch]\nDone\n", "", undefined]
  ])("%j refuses: %#", (porcelain, stderr, want) => assert.strictEqual(refusal(porcelain, stderr), want))

  it.each([
    ["fatal: unable to access: Could not resolve host: github.com", true],
    ["fatal: the remote end hung up unexpectedly", true],
    ["error: RPC failed; HTTP 503", true],
    ["fatal: Authentication failed for 'https://github.com/a/b'", false],
    ["remote: Repository not found.", false]
  ])("%j may be tried again: %s", (words, want) => assert.strictEqual(isTransient(words), want))

  it.each([
    ["Host key verification failed.", "known_hosts"],
    ["git@github.com: Permission denied (publickey).", "ssh key"],
    ["could not read Username for 'https://github.com': terminal prompts disabled", "token"],
    ["remote: Repository not found.", "token"],
    ["transport 'file' not allowed", "git.allowedProtocols"]
  ])("%j comes with advice", (words, want) => assert.include(advice(words, "robo-dev"), want))

  it("that say enough come without", () => assert.strictEqual(advice("early EOF", "robo-dev"), ""))

  it("say when our branch is behind", () => {
    assert.isTrue(isBehind("[rejected] (fetch first)"))
    assert.isFalse(isBehind("[remote rejected] (pre-receive hook declined)"))
  })
})

describe("redaction", () => {
  const redact = redactor({
    GH_TOKEN: "abcdef123456",
    MY_API_KEY: "key-value-1\n",
    MAX_TURNS: "100000",
    SECRET: "abc",
    MODEL: "claude-sonnet",
    DATABASE_URL: "db://mine",
    DSN: "other-value",
    MY_PASSWORD: "pass\"word\nof two lines",
    BLANKED_VARIABLES: "DATABASE_URL,DSN"
  })
  it.each([
    ["the token abcdef123456 here", "the token *** here"],
    ["key-value-1 and claude-sonnet and 100000", "*** and claude-sonnet and 100000"],
    ["too short to blank: abc", "too short to blank: abc"],
    ["from Secrets: db://mine, other-value", "from Secrets: ***, ***"],
    [JSON.stringify({ output: "pass\"word\nof two lines" }), JSON.stringify({ output: "***" })],
    [JSON.stringify(JSON.stringify("pass\"word\nof two lines")), JSON.stringify(JSON.stringify("***"))],
    ["https://user:hunter2hunter2@host/x", "https://user:***@host/x"],
    [`found ghp_${"A".repeat(36)}`, "found ***"]
  ])("%j", (given, want) => assert.strictEqual(redact(given), want))
})
