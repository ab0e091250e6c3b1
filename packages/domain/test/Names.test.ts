import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import {
  codeBranches,
  codeJobName,
  docsBranchName,
  docsJobName,
  sanitize,
  shortUid,
  sshSecretName,
  tokenSecretName,
  workspaceName
} from "../src/Names.ts"

const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/
const uid = "3f9c2a1b-5d6e-4f70-8a9b-0c1d2e3f4a5b"

/** Names of runs as Kubernetes takes them, and anything else that might get here. */
const runName = fc.oneof(
  fc.integer({ min: 30, max: 253 }).map((length) => "x".repeat(length)),
  fc.stringMatching(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/),
  fc.string({ unit: "binary", maxLength: 300 })
)
const contextVersion = fc.oneof(fc.integer({ min: 1, max: 50 }), fc.maxSafeNat())
const retry = fc.oneof(fc.constant(0), fc.nat({ max: 1000 }))
const attempt = fc.record({ uid: fc.uuid(), contextVersion, retry })
const service = fc.oneof(
  fc.integer({ min: 40, max: 200 }).map((length) => "x".repeat(length)),
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.stringMatching(/^[A-Za-z0-9._/-]{1,80}$/)
)

describe("names of Jobs", () => {
  it.each([
    { run: "api", attempt: { contextVersion: 1, retry: 0 }, name: "code-api-v1-3f9c2a1b" },
    { run: "api", attempt: { contextVersion: 12, retry: 2 }, name: "code-api-v12-r2-3f9c2a1b" },
    { run: "Api_2.x", attempt: { contextVersion: 1, retry: 0 }, name: "code-api-2-x-v1-3f9c2a1b" },
    { run: "--", attempt: { contextVersion: 1, retry: 0 }, name: "code-x-v1-3f9c2a1b" }
  ])("$name", ({ attempt, name, run }) => assert.strictEqual(codeJobName(run, uid, attempt), name))

  it("use the room that there is", () => {
    assert.lengthOf(codeJobName("x".repeat(253), uid, { contextVersion: 1, retry: 0 }), 63)
    assert.lengthOf(docsJobName("x".repeat(253), uid, 0), 63)
  })

  it("a DocsRun has no version in its name", () => {
    assert.strictEqual(docsJobName("docs", uid, 0), "docs-docs-3f9c2a1b")
    assert.strictEqual(docsJobName("docs", uid, 1), "docs-docs-r1-3f9c2a1b")
  })

  it("are DNS labels of at most 63 characters, whatever the run is called", () =>
    fc.assert(fc.property(runName, attempt, (run, { uid, ...key }) => {
      assert.match(codeJobName(run, uid, key), label)
      assert.match(docsJobName(run, uid, key.retry), label)
    })))

  it("are the same for the same attempt", () =>
    fc.assert(fc.property(runName, attempt, (run, { uid, ...key }) => {
      assert.strictEqual(codeJobName(run, uid, key), codeJobName(run, uid, { ...key }))
    })))

  it("differ for any two attempts of one run, however long its name", () =>
    fc.assert(fc.property(runName, fc.uuid(), attempt, attempt, (run, uid, left, right) => {
      fc.pre(left.contextVersion !== right.contextVersion || left.retry !== right.retry)
      assert.notStrictEqual(codeJobName(run, uid, left), codeJobName(run, uid, right))
    })))

  it("differ for attempts of two runs, even of the same name", () =>
    fc.assert(fc.property(runName, runName, attempt, attempt, (one, other, left, right) => {
      fc.pre(shortUid(left.uid) !== shortUid(right.uid))
      assert.notStrictEqual(codeJobName(one, left.uid, left), codeJobName(one, right.uid, right))
      assert.notStrictEqual(codeJobName(one, left.uid, left), codeJobName(other, right.uid, right))
      assert.notStrictEqual(docsJobName(one, left.uid, left.retry), docsJobName(one, right.uid, right.retry))
    })))

  it("differ between the kinds", () =>
    fc.assert(fc.property(runName, attempt, (run, { uid, ...key }) => {
      assert.notStrictEqual(codeJobName(run, uid, key), docsJobName(run, uid, key.retry))
    })))
})

describe("the short form of a UID", () => {
  it("is eight hexadecimal digits of any UID, a UUID or not", () =>
    fc.assert(fc.property(fc.oneof(fc.uuid(), fc.string({ unit: "binary" })), (uid) => {
      assert.match(shortUid(uid), /^[0-9a-f]{8}$/)
    })))

  it("is the beginning of a UUID", () => assert.strictEqual(shortUid(uid.toUpperCase()), "3f9c2a1b"))
})

describe("names of workspaces", () => {
  it.each([
    { service: "simple-api", name: "workspace-simple-api" },
    { service: "a", name: "workspace-a" },
    { service: "x".repeat(53), name: `workspace-${"x".repeat(53)}` }
  ])("$service keeps its name", ({ name, service }) => assert.strictEqual(workspaceName(service), name))

  it("are DNS labels of at most 63 characters", () =>
    fc.assert(fc.property(service, (service) => assert.match(workspaceName(service), label))))

  it("differ for different services", () =>
    fc.assert(fc.property(service, service, (left, right) => {
      fc.pre(left !== right)
      assert.notStrictEqual(workspaceName(left), workspaceName(right))
    })))

  it("differ for services that are the same but for what a name cannot hold", () => {
    const services = [
      "api",
      "Api",
      "API",
      "api ",
      "api-",
      "-api",
      "a-p-i",
      "a_p_i",
      "a.p.i",
      "a/p/i",
      "アピ",
      "ピア",
      "",
      "x"
    ]
    assert.lengthOf(new Set(services.map(workspaceName)), services.length)
  })

  it("differ for long services that begin alike", () => {
    assert.notStrictEqual(workspaceName(`${"x".repeat(60)}1`), workspaceName(`${"x".repeat(60)}2`))
  })
})

describe("names of Secrets and branches", () => {
  it.each([
    { user: "ada", ssh: "github-ssh-ada", token: "github-token-ada" },
    { user: "Ada-Lovelace", ssh: "github-ssh-ada-lovelace", token: "github-token-ada-lovelace" },
    { user: "renovate[bot]", ssh: "github-ssh-renovate-bot", token: "github-token-renovate-bot" }
  ])("$user", ({ ssh, token, user }) => {
    assert.strictEqual(sshSecretName(user), ssh)
    assert.strictEqual(tokenSecretName(user), token)
  })

  it("a task has its branch, and a second one of its run's own", () => {
    assert.deepStrictEqual(codeBranches({ name: "run", uid, taskId: 7 }), {
      plain: "feature/task-7-implementation",
      own: "feature/task-7-implementation-3f9c2a1b"
    })
  })

  it("a prompt has the branch of its run", () => {
    const branch = "feature/fix-the-404-3f9c2a1b"
    assert.deepStrictEqual(codeBranches({ name: "fix-the-404", uid, taskId: undefined }), {
      plain: branch,
      own: branch
    })
  })

  it("the branch of a DocsRun is one that git can keep in a file", () =>
    fc.assert(fc.property(runName, fc.uuid(), (run, uid) => {
      assert.match(docsBranchName(run, uid), /^docs\/[a-z0-9]+(-[a-z0-9]+)*-[0-9a-f]{8}$/)
      assert.isAtMost(docsBranchName(run, uid).length, 220)
    })))

  it("sanitize leaves a DNS label's characters", () =>
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
      assert.match(sanitize(text), /^[a-z0-9]+(-[a-z0-9]+)*$/)
      assert.strictEqual(sanitize(sanitize(text)), sanitize(text))
    })))
})
