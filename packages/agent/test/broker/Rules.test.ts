import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import fc from "fast-check"
import { createHash } from "node:crypto"
import { errorAnswer, packet, packetsUntilFlush, pushAnswer } from "../../src/broker/git/PktLine.ts"
import { parsePush, pushRefusal } from "../../src/broker/git/PushCommands.ts"
import { explained, withAdvice } from "../../src/broker/git/RemoteWords.ts"
import { chooseRunBranch, type RunBranchFacts } from "../../src/broker/git/RunBranch.ts"
import { routeOf } from "../../src/broker/Route.ts"
import { decodeBrokerSettings } from "../../src/broker/services/BrokerConfig.ts"
import { isAuthentic, sentToken } from "../../src/broker/Token.ts"
import { choosePullRequest } from "../../src/forge/PullRequests.ts"
import { bodyWith, ownPart, type PullRequestFacts, titleOf } from "../../src/forge/PullRequestText.ts"
import { pinnedHostKeys } from "../../src/git/HostKeys.ts"
import { reasonOf } from "../fixtures/github/Reason.ts"

const zero = "0".repeat(40)
const one = "1".repeat(40)
const token = "t".repeat(64)

describe("where a request goes", () => {
  it.each<readonly [string, string, string | undefined]>([
    ["POST", "/anthropic/v1/messages?beta=true", "Model"],
    ["HEAD", "/anthropic", "Model"],
    ["GET", "/git/target.git/info/refs?service=git-receive-pack", "Git"],
    ["POST", "/git/docs.git/git-upload-pack", "Git"],
    ["GET", "/run", "Run"],
    ["POST", "/run/deliver", "Run"],
    ["GET", "/git/submodules/3.git/info/refs?service=git-upload-pack", "Git"],
    ["GET", "/git/submodules/3.git/info/refs?service=git-receive-pack", undefined],
    ["GET", "/running", undefined],
    ["GET", "/git/target.git/info/refs", undefined],
    ["GET", "/git/target.git/info/refs?service=git-upload-archive", undefined],
    ["GET", "/git/target.git/info/refs?service=git-upload-pack&x", undefined],
    ["GET", "/git/target.git/HEAD", undefined],
    ["GET", "/git/target.git/objects/info/packs", undefined],
    ["POST", "/git/../git/target.git/git-upload-pack", undefined],
    ["POST", "/git/target%2egit/git-upload-pack", undefined],
    ["GET", "/anthropicx/v1", undefined],
    ["POST", "/run/deliver?x=1", undefined],
    ["GET", "http://attacker.test/run", undefined]
  ])("%s %s: %s", (method, url, want) => assert.strictEqual(routeOf(method, url)?._tag, want))
})

describe("the run's token", () => {
  it.each<readonly [string, Readonly<Record<string, string>>, boolean]>([
    ["as the model's client sends it", { "x-api-key": token }, true],
    ["as a bearer", { authorization: `Bearer ${token}` }, true],
    ["as git sends it", { authorization: `Basic ${Buffer.from(`run:${token}`).toString("base64")}` }, true],
    ["that is another", { "x-api-key": "u".repeat(64) }, false],
    ["that is shorter", { "x-api-key": "t" }, false],
    ["that is not there", {}, false],
    ["as a user's name", { authorization: `Basic ${Buffer.from(`${token}:x`).toString("base64")}` }, false],
    ["beside a wrong one", { "x-api-key": "wrong", authorization: `Bearer ${token}` }, false]
  ])("%s", (_, headers, want) => assert.strictEqual(isAuthentic(headers, token), want))

  it("is nothing in a header that cannot be read", () => assert.isUndefined(sentToken({ authorization: "Basic %%%" })))
})

describe("a push's commands", () => {
  const body = (...lines: ReadonlyArray<string>) =>
    Buffer.concat([...lines.map((line) => packet(line)), Buffer.from("0000PACK")])

  it("are read with what the client can do", () => {
    const push = parsePush(
      body(`${zero} ${one} refs/heads/a\0 report-status side-band-64k agent=git/2`, `${one} ${zero} refs/heads/b`)
    )
    assert.deepStrictEqual(push?.commands.map(({ ref }) => ref), ["refs/heads/a", "refs/heads/b"])
    assert.include(push?.features ?? [], "side-band-64k")
  })

  it.each<readonly [string, Uint8Array]>([
    ["nothing", new Uint8Array()],
    ["an empty push", Buffer.from("0000")],
    ["no end", packet(`${zero} ${one} refs/heads/a`)],
    ["a length that lies", Buffer.from("ffff0000")],
    ["a shallow push", body(`shallow ${one}`, `${zero} ${one} refs/heads/a`)],
    ["a signed push", body("push-cert\0 report-status")],
    ["two spaces in the ref", body(`${zero} ${one} refs/heads/a b`)]
  ])("are not understood in %s", (_, bytes) => assert.isUndefined(parsePush(bytes)))

  it("never make the parser fail", () =>
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      parsePush(bytes)
    })))

  it.each<readonly [string, string, string | undefined]>([
    ["refs/heads/run", one, undefined],
    ["refs/heads/run", zero, "cannot be deleted"],
    ["refs/heads/main", one, "main cannot be pushed to"],
    ["refs/heads/run/more", one, "cannot be pushed to"],
    ["refs/heads/RUN", one, "cannot be pushed to"],
    ["refs/tags/run", one, "tags cannot be pushed"],
    ["refs/pull/1/head", one, "cannot be pushed to"],
    ["HEAD", one, "cannot be pushed to"]
  ])("to %s (%s): %s", (ref, after, want) => {
    const refusal = pushRefusal({ commands: [{ before: zero, after, ref }] }, "run")
    if (want === undefined) assert.isUndefined(refusal)
    else assert.include(refusal, want)
  })

  it("are refused in packets that git can read", () => {
    const outcome = { refs: ["refs/heads/main"], refused: "no\nnot\r\never", words: "" }
    const bytes = pushAnswer(outcome, ["report-status", "side-band-64k"])
    const [words, report] = packetsUntilFlush(bytes)?.packets ?? []
    assert.strictEqual(words, "\u0002no not ever\n")
    assert.include(report, "ng refs/heads/main no not ever")
    assert.include(Buffer.from(errorAnswer("git-upload-pack", "gone")).toString(), "ERR gone")
  })
})

describe("the run's branch", () => {
  const facts = (changes: Partial<RunBranchFacts>): RunBranchFacts => ({
    plain: "task",
    own: "task-1a2b",
    heads: new Map([["main", one]]),
    known: undefined,
    writers: [],
    contested: false,
    runUid: "uid",
    ...changes
  })
  const taken = new Map([["main", one], ["task", one]])
  it.each([
    { name: "is the task's where nobody has it", given: {}, want: "task" },
    { name: "is the run's own where somebody has the task's", given: { heads: taken }, want: "task-1a2b" },
    {
      name: "is the task's where a commit on it is this run's",
      given: { heads: taken, writers: ["uid"] },
      want: "task"
    },
    {
      name: "is not the task's where its commits are another run's",
      given: { heads: taken, writers: ["no"] },
      want: "task-1a2b"
    },
    { name: "is the run's own where the task has other runs", given: { contested: true }, want: "task-1a2b" },
    {
      name: "stays the task's where other runs of it came after this one's first commit",
      given: { heads: taken, writers: ["uid"], contested: true },
      want: "task"
    },
    {
      name: "stays the task's where an earlier attempt delivered it, whatever other runs there are now",
      given: { known: { branch: "task", head: one }, contested: true },
      want: "task"
    },
    {
      name: "is the task's where an earlier attempt delivered it",
      given: { heads: taken, known: { branch: "task", head: one } },
      want: "task"
    },
    { name: "is the run's own once that is there", given: { heads: new Map([["task-1a2b", one]]) }, want: "task-1a2b" }
  ])("$name", ({ given, want }) => assert.strictEqual(chooseRunBranch(facts(given)), want))
})

describe("a push that a rule of the forge refuses comes with what to do:", () => {
  it.each<readonly [words: string, want: RegExp]>([
    [
      "[remote rejected] (push declined due to repository rule violations): GH013: Repository rule violations found for refs/heads/task.",
      /a ruleset of the repository forbids it/
    ],
    [
      "GH013: Repository rule violations found: Changes must be made through the merge queue",
      /through its merge queue alone/
    ],
    [
      "[remote rejected] (protected branch hook declined): GH006: Protected branch update failed for refs/heads/task.",
      /the branch is protected/
    ],
    [
      "refusing to allow a GitHub App to create or update workflow `.github/workflows/ci.yml` without `workflows` permission",
      /the commits change workflows/
    ],
    ["GH009: Secrets detected! - Push cannot contain secrets", /there is a secret in the commits/],
    ["GitLab: You are not allowed to push code to protected branches on this project.", /the branch is protected/],
    ["GitLab: Branch name 'task' does not follow the pattern 'JIRA-.*'", /a push rule of the project/],
    [
      "TF402455: Pushes to this branch are not permitted; you must use a pull request to update this branch.",
      /the branch is protected/
    ]
  ])("%s", (words, want) => {
    const said = withAdvice(words)
    assert.match(said, want)
    assert.isTrue(said.startsWith(words))
  })

  it("and as it is where nobody knows the rule", () =>
    assert.strictEqual(withAdvice("no fun on Fridays"), "no fun on Fridays"))
})

describe("what git says of a remote", () => {
  it.each<readonly [words: string, want: string | undefined]>([
    ["Host key verification failed.", "git.knownHosts"],
    ["git@github.com: Permission denied (publickey).", "does not accept the ssh key"],
    ["Load key \"/state/key\": error in libcrypto | git@github.com: Permission denied (publickey).", "cannot be used"],
    ["No user exists for uid 1001", "/etc/passwd"],
    ["ERROR: Repository not found.", "no such repository"],
    [
      "remote: The `acme' organization has enabled or enforced SAML SSO. | fatal: The requested URL returned error: 403",
      "single sign-on"
    ],
    [
      "remote: The repository owner has an IP allow list enabled, and 203.0.113.7 is not permitted to access this repository.",
      "egress address"
    ],
    ["remote: This repository was archived so it is read-only. | fatal: ... returned error: 403", "unarchive it"],
    ["fatal: unable to access 'https://x/acme/archived.git/': The requested URL returned error: 403", "write access"],
    ["remote: This installation has been suspended. | fatal: ... returned error: 403", "unsuspend it"],
    ["remote: Repository not found. | fatal: repository 'https://github.com/a/b/' not found", "no such repository"],
    ["fatal: '/srv/x' does not appear to be a git repository", "no such repository"],
    ["remote: HTTP Basic: Access denied. | fatal: Authentication failed for 'https://gitlab.com/a/b/'", "renew"],
    ["fatal: could not read Username for 'https://github.com': terminal prompts disabled", "renew"],
    ["remote: Permission to acme/api.git denied to robo. | fatal: ... The requested URL returned error: 403", "write"],
    ["fatal: unable to access 'http://x/acme/api.git/': The requested URL returned error: 301", "set repositoryUrl"],
    ["ERROR: Permission to acme/api.git denied to robo.", "write"],
    ["ERROR: The key you are authenticating with has been marked as read only.", "write"],
    [
      "fatal: unable to access 'https://x/': SSL certificate problem: unable to get local issuer certificate",
      "caCertificates"
    ],
    ["fatal: unable to access 'https://x/': server certificate verification failed. CAfile: none", "caCertificates"],
    ["SSL: no alternative certificate subject name matches target host name 'x'", "another name"],
    ["gnutls_handshake() failed: An unexpected TLS packet was received.", "no TLS connection"],
    ["fatal: unable to access 'https://x/': Could not resolve host: x", "DNS"],
    ["ssh: connect to host x port 22: Connection timed out", "network policy"],
    ["fatal: transport 'http' not allowed", "git.allowedProtocols"],
    ["fatal: the remote end hung up unexpectedly", "broke off"],
    ["something new", undefined]
  ])("%s: %s", (words, want) => {
    const said = explained(words)
    if (want === undefined) assert.strictEqual(said, words)
    else {
      assert.include(said, want)
      assert.include(said, words)
    }
  })
})

describe("host keys", () => {
  it("are the ones whose fingerprints the forges publish", () => {
    const fingerprints = pinnedHostKeys.map((line) => {
      const [host = "", , key = ""] = line.split(" ")
      return `${host} ${createHash("sha256").update(Buffer.from(key, "base64")).digest("base64").replace(/=+$/, "")}`
    })
    assert.deepStrictEqual(fingerprints, [
      "github.com +DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU",
      "github.com p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM",
      "[ssh.github.com]:443 +DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU",
      "[ssh.github.com]:443 p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM",
      "gitlab.com eUXGGm1YGsMAS7vkcx6JOJdOGHPem5gQp4taiCfCLB8",
      "gitlab.com HbW3g8zUjNSksFbqTiUWPWg2Bq1x8xdGUrliXFzSnUw",
      "bitbucket.org ybgmFkzwOSotHTHLJgHO0QN8L0xErw6vd0VhFA9m3SM",
      "bitbucket.org FC73VB6C4OQLSCrjEayhMp9UMxS97caD/Yyi2bhW/J0",
      "codeberg.org mIlxA9k46MmM6qdJOdMnAQpzGxF4WIVVL+fj+wZbw0g",
      "codeberg.org T9FYDEHELhVkulEKKwge5aVhVTbqCW0MIRwAfpARs/E",
      "ssh.dev.azure.com ohD8VZEXGWo6Ez8GSEJQ9WpafgLFsOfLOtGGQCQo6Og",
      "vs-ssh.visualstudio.com ohD8VZEXGWo6Ez8GSEJQ9WpafgLFsOfLOtGGQCQo6Og"
    ])
  })
})

describe("a pull request", () => {
  const pull = { id: 1, url: "u", state: "open" as const, body: "", branch: "task", commit: one }
  const closed = { ...pull, state: "closed" as const }
  const merged = { ...pull, state: "merged" as const }
  it.each([
    { name: "that is open is updated", found: [closed, pull], known: undefined, want: "Update" },
    {
      name: "that was merged at this commit is done",
      found: [merged],
      known: "u",
      want: "Merged"
    },
    {
      name: "that was merged before is followed by a new one",
      found: [{ ...merged, commit: zero }],
      known: "u",
      want: "Open"
    },
    { name: "that a person closed meanwhile stays closed", found: [closed], known: "u", want: "Closed" },
    {
      name: "that was closed before this attempt is followed by a new one",
      found: [closed],
      known: undefined,
      want: "Open"
    },
    { name: "that is not there is opened", found: [], known: undefined, want: "Open" }
  ])("$name", ({ found, known, want }) => assert.strictEqual(choosePullRequest(found, { head: one, known })._tag, want))

  const facts: PullRequestFacts = {
    task: "task 1",
    taskUrl: undefined,
    closing: undefined,
    run: { name: "demo", uid: "uid", attempt: { contextVersion: 2, retry: 0 } },
    summary: "Done.",
    costUsd: undefined,
    costBy: undefined
  }
  it("keeps our part in its place, whatever the agent says", () =>
    fc.assert(fc.property(fc.string(), fc.string(), fc.string(), (summary, before, after) => {
      fc.pre(!`${before}${after}`.includes("<!--"))
      const first = ownPart(facts)
      const next = ownPart({ ...facts, summary: `${summary}<!-- orchestrator:end -->` })
      assert.strictEqual(bodyWith(before + first + after, next, "uid"), before + next + after)
    })))

  it.each(["<!<!----", "--<!-->-->", "<!<!----orchestrator:end --<!-->>", "<!--<!---->"])(
    "has no mark of the agent's in it: %s",
    (summary) => {
      const part = ownPart({ ...facts, summary })
      assert.lengthOf(part.split("<!--"), 3)
      assert.lengthOf(part.split("-->"), 3)
    }
  )

  it("stays within what a forge takes", () => {
    assert.isAtMost(titleOf("x".repeat(999)).length, 256)
    assert.strictEqual(titleOf("a\n b"), "a b")
    assert.isBelow(ownPart({ ...facts, summary: "x".repeat(100_000) }).length, 65_536)
  })
})

describe("what GitHub means", () => {
  it.each([{ after: "0", want: 1 }, { after: "Thu, 01 Jan 1970 00:00:10 GMT", want: 1 }, { after: "7", want: 7 }])(
    "a limit with Retry-After $after is waited for $want s",
    ({ after, want }) => {
      const reason = reasonOf(429, { "retry-after": after }, "", 1_000)
      assert.strictEqual(reason._tag === "RateLimited" ? reason.waitSeconds : undefined, want)
    }
  )

  it.each<readonly [number, Readonly<Record<string, string>>, string, string]>([
    [401, {}, "Bad credentials", "Unauthorized"],
    [403, {}, "Resource not accessible", "Forbidden"],
    [403, { "retry-after": "60" }, "slow down", "RateLimited"],
    [
      403,
      { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1900000000" },
      "API rate limit exceeded",
      "RateLimited"
    ],
    [403, {}, "You have exceeded a secondary rate limit", "RateLimited"],
    [429, {}, "Too many", "Unavailable"],
    [404, {}, "Not Found", "NotFound"],
    [422, {}, "Validation Failed", "Refused"],
    [502, {}, "<html>", "Unavailable"]
  ])(
    "%s %j %s: %s",
    (status, headers, message, want) =>
      assert.strictEqual(reasonOf(status, headers, JSON.stringify({ message }), 1_000)._tag, want)
  )
})

describe("the broker's environment", () => {
  const environment = {
    TASK_TYPE: "code",
    TASK_ID: "3",
    RUN_NAME: "demo",
    RUN_UID: "3f9c2a1b-1111-4222-8333-444455556666",
    REPOSITORY_URL: "https://github.com/acme/api",
    DOCS_REPOSITORY_URL: "https://github.com/acme/docs"
  }

  it("names the run's branches", () => {
    const { git } = Result.getOrThrow(decodeBrokerSettings(environment))
    assert.deepStrictEqual(git.branches, {
      plain: "feature/task-3-implementation",
      own: "feature/task-3-implementation-3f9c2a1b"
    })
    const docs = { ...environment, TASK_TYPE: "docs", SOURCE_BRANCH: "develop" }
    const settings = Result.getOrThrow(decodeBrokerSettings(docs))
    assert.strictEqual(settings.git.branches.own, "docs/demo-3f9c2a1b")
    assert.strictEqual(settings.git.base, "develop")
    assert.isUndefined(settings.git.docsUrl)
  })

  it.each<readonly [string, Readonly<Record<string, string>>]>([
    ["TASK_ID", { TASK_ID: "three" }],
    ["REPOSITORY_URL", { REPOSITORY_URL: "https://user:secret@github.com/acme/api" }],
    ["REPOSITORY_URL", { GIT_ALLOWED_HOSTS: "gitlab.com", DOCS_REPOSITORY_URL: "https://gitlab.com/a/b" }],
    ["DOCS_REPOSITORY_URL", { GIT_ALLOWED_HOSTS: "github.com", DOCS_REPOSITORY_URL: "https://gitlab.com/a/b" }],
    ["MODEL_PRICES", { MODEL_PRICES: "cheap" }],
    ["MODEL_PRICES.claude.input", { MODEL_PRICES: "{\"claude\":{\"input\":-1,\"output\":1}}" }],
    ["MODEL_BASE_URL", { MODEL_BASE_URL: "ftp://x" }],
    ["KNOWN_HEAD", { KNOWN_HEAD: "--force" }],
    ["PULL_REQUEST", { PULL_REQUEST: "{\"base\":\"feature/task-3-implementation\"}" }],
    ["BROKER_PORT", { BROKER_PORT: "70000" }]
  ])("is refused with the name %s: %j", (path, changes) => {
    const decoded = decodeBrokerSettings({ ...environment, ...changes })
    const named = Result.isFailure(decoded) ? decoded.failure.map((problem) => problem.path) : []
    assert.deepStrictEqual([...new Set(named)], [path])
  })
})
