/** A GitHub App's installation tokens in a broker: for one repository, with what the work needs, made anew as they end. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { appJwt, permissionsFor } from "../../src/forge/github/AppToken.ts"
import { agentClone } from "../fixtures/AgentGit.ts"
import { branch, deliverTo, gitToken, place, startBroker, visible } from "../fixtures/Broker.ts"
import { gitHttp } from "../fixtures/GitHttp.ts"
import { appKeys, type AppOptions, jwtProblem, makeApp } from "../fixtures/github/Apps.ts"
import { gitHub } from "../fixtures/github/GitHub.ts"
import { commitTo, headOf } from "../fixtures/Remotes.ts"

const keys = appKeys()
const pem = keys.privateKey.export({ type: "pkcs1", format: "pem" }).toString()
const publicKey = keys.publicKey.export({ type: "spki", format: "pem" }).toString()

const id = "12345"

const start = Effect.fnUntraced(function*(
  options: Partial<AppOptions> = {},
  { changes = {}, key = pem, skewMillis = 0 }: {
    readonly changes?: Readonly<Record<string, string>>
    readonly key?: string
    readonly skewMillis?: number
  } = {}
) {
  const around = yield* place
  // The user's own token is not there: whatever works does by the app.
  rmSync(join(around.folder, "credentials", "github-token"))
  writeFileSync(join(around.folder, "credentials", "app-key"), key)
  const app = makeApp(
    { id, repositories: ["acme/target", "acme/docs"], ...options },
    publicKey,
    () => Date.now() + skewMillis
  )
  const forge = yield* gitHub({
    token: gitToken,
    app,
    login: "agents[bot]",
    repositories: { "acme/target": around.remotes.target },
    collaborators: ["ada"]
  })
  const broker = yield* startBroker({
    ...around.environment,
    FORGE_GITHUB_HOSTS: JSON.stringify({ "github.com": forge.url }),
    FORGE_APP: JSON.stringify({ id, host: "github.com" }),
    KNOWN_BRANCH: branch,
    KNOWN_HEAD: "0".repeat(40),
    ...changes
  })
  commitTo(around.remotes.target, branch, { "work.txt": "x" })
  const deliver = (summary = "Done.") => Effect.map(deliverTo(broker, { summary }), ({ text }) => text)
  return { app, around, broker, deliver, forge }
})

describe("a JWT of an app", () => {
  const now = 1_800_000_000
  it.each<{ name: string; id?: string; key?: string; at?: number; want: string | undefined }>([
    { name: "is taken", want: undefined },
    { name: "is taken by a clock that is four minutes behind", at: now - 240, want: undefined },
    { name: "is taken by a clock that is four minutes ahead", at: now + 240, want: undefined },
    { name: "is not taken by one that is five minutes behind", at: now - 300, want: "'Issued at'" },
    { name: "is not taken once it has ended", at: now + 300, want: "must be a numeric value" },
    { name: "is not another app's", id: "54321", want: "Integration not found" },
    {
      name: "is not taken by another key",
      key: appKeys().privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      want: "could not be decoded"
    }
  ])("$name", ({ at = now, id: given = id, key = pem, want }) => {
    const problem = jwtProblem(appJwt(given, key, now) ?? "", id, publicKey, at)
    assert.isTrue(want === undefined ? problem === undefined : problem?.includes(want))
  })

  it("is none where the key is none", () => assert.isUndefined(appJwt(id, "-----BEGIN PRIVATE KEY-----", now)))

  it("asks for what a use needs", () => {
    assert.deepStrictEqual(permissionsFor({ use: "read", readsIssue: true }), { contents: "read", issues: "read" })
    assert.deepStrictEqual(permissionsFor({ use: "look", readsIssue: false }), { pull_requests: "read" })
  })
})

describe("an app's token", () => {
  it.live("opens the pull request, and is for this repository and nothing else", () =>
    Effect.gen(function*() {
      const { app, around, broker, deliver, forge } = yield* start()
      const text = yield* deliver()
      assert.strictEqual(broker.brokerReport().delivery?.pullRequestUrl, "https://github.com/acme/target/pull/1")
      assert.lengthOf(forge.pulls, 1)
      assert.deepStrictEqual(app.bodies, [
        { repositories: ["target"], permissions: { contents: "write", pull_requests: "write" } }
      ])
      const said = text + visible(around, broker)
      for (const { token } of app.minted) assert.notInclude(said, token)
      assert.notInclude(said, "PRIVATE KEY")
    }))

  it.live("may read issues only where the run names one", () =>
    Effect.gen(function*() {
      const { app, deliver } = yield* start(
        { permissions: { contents: "write", pull_requests: "write", issues: "read" } },
        { changes: { TASK_ISSUE_URL: "https://github.com/acme/target/issues/12" } }
      )
      yield* deliver()
      assert.deepInclude(app.bodies[0], {
        permissions: { contents: "write", pull_requests: "write", issues: "read" }
      })
    }))

  it.live("may read them in the repository of the issue alone, where that is another one", () =>
    Effect.gen(function*() {
      const { app, broker, deliver } = yield* start(
        { permissions: { contents: "write", pull_requests: "write", issues: "read" } },
        { changes: { TASK_ISSUE_URL: "https://github.com/acme/docs/issues/12" } }
      )
      yield* Effect.promise(() =>
        fetch(`${broker.url}/run/issue`, { headers: { authorization: `Bearer ${broker.token}` } })
      )
      yield* deliver()
      assert.sameDeepMembers(app.bodies, [
        { repositories: ["docs"], permissions: { contents: "read", issues: "read" } },
        { repositories: ["target"], permissions: { contents: "write", pull_requests: "write" } }
      ])
    }))

  it.live("is made anew before it ends, and used as long as it holds", () =>
    Effect.gen(function*() {
      const lasting = yield* start()
      yield* lasting.deliver()
      yield* lasting.deliver("More.")
      assert.lengthOf(lasting.app.minted, 1)
      // A push could outlive it.
      const short = yield* start({ tokenSeconds: 300 })
      yield* short.deliver()
      yield* short.deliver("More.")
      assert.isAbove(short.app.minted.length, 1)
      assert.lengthOf(short.forge.pulls, 1)
      assert.include(short.forge.pulls[0]?.body, "More.")
    }))

  it.live("is made anew where GitHub has taken it back in the middle of the run", () =>
    Effect.gen(function*() {
      const { app, broker, deliver, forge } = yield* start()
      yield* deliver()
      const [first] = app.minted
      if (first !== undefined) first.revoked = true
      yield* deliver("More.")
      assert.lengthOf(app.minted, 2)
      assert.include(forge.pulls[0]?.body, "More.")
      assert.isUndefined(broker.brokerReport().pullRequestProblem)
    }))

  it.live("is no more where the installation is suspended in the middle of the run, and that is said", () =>
    Effect.gen(function*() {
      const { app, broker, deliver } = yield* start()
      yield* deliver()
      app.suspend()
      yield* deliver("More.")
      assert.match(broker.brokerReport().pullRequestProblem ?? "", /unsuspend the app's installation/)
    }))

  it.live("is for the repository by the name that it has now", () =>
    Effect.gen(function*() {
      const { app, deliver } = yield* start({
        repositories: ["acme/renamed"],
        renamed: { "acme/target": "acme/renamed" }
      })
      yield* deliver()
      assert.deepInclude(app.bodies[0], { repository_ids: [1] })
    }))

  const atGitHost = Effect.gen(function*() {
    const around = yield* place
    rmSync(join(around.folder, "credentials", "github-token"))
    writeFileSync(join(around.folder, "credentials", "app-key"), pem)
    const app = makeApp({ id, repositories: ["acme/one", "acme/two"] }, publicKey, () => Date.now())
    const forge = yield* gitHub({ token: gitToken, app, repositories: {} })
    const isHeld = (password: string) => app.minted.some(({ revoked, token }) => token === password && !revoked)
    const remote = yield* gitHttp(join(around.folder, "remotes"), isHeld)
    const { host } = new URL(remote.url)
    const broker = yield* startBroker({
      ...around.environment,
      GIT_ALLOW_PROTOCOL: "http",
      GIT_ALLOWED_HOSTS: host,
      GIT_INSTEAD_OF: JSON.stringify({
        [`${remote.url}/acme/one.git`]: `${remote.url}/target.git`,
        [`${remote.url}/acme/two.git`]: `${remote.url}/docs.git`
      }),
      REPOSITORY_URL: `${remote.url}/acme/one.git`,
      DOCS_REPOSITORY_URL: `${remote.url}/acme/two.git`,
      FORGE_HOSTS: JSON.stringify({ [host]: { kind: "github", api: forge.url } }),
      FORGE_APP: JSON.stringify({ id, host })
    })
    const { commit, say } = yield* agentClone(broker, around.folder)
    yield* say("ls-remote", `${broker.url}/git/docs.git`)
    const byRepository = new Map(app.minted.map(({ permissions, repository }) => [repository, permissions]))
    assert.deepStrictEqual(byRepository.get("acme/one"), { contents: "write", pull_requests: "write" })
    assert.deepStrictEqual(byRepository.get("acme/two"), { contents: "read" })
    assert.isTrue([...remote.passwords].every(isHeld))
    return { app, commit, say, target: around.remotes.target }
  })

  it.live("is git's password too: to push for the run's repository, to read for another", () => atGitHost)

  it.live("is made anew for git, too, where GitHub has taken it back: before a fetch, and before a push", () =>
    Effect.gen(function*() {
      const { app, commit, say, target } = yield* atGitHost
      const revoke = () => {
        for (const each of app.minted) each.revoked = true
      }
      revoke()
      const fetched = yield* say("fetch", "--quiet", "origin")
      assert.isTrue(fetched.ok, fetched.words)
      yield* commit("work.txt")
      revoke()
      const pushed = yield* say("push", "--quiet", "origin", branch)
      assert.isTrue(pushed.ok, pushed.words)
      assert.isDefined(headOf(target, branch))
      assert.lengthOf(app.minted.filter(({ repository }) => repository === "acme/one"), 3)
    }))
})

describe("an app at an Enterprise server", () => {
  const host = "ghe.example.test"

  const atServer = Effect.fnUntraced(
    function*(options: Partial<AppOptions> = {}, changes: Readonly<Record<string, string>> = {}) {
      const around = yield* place
      writeFileSync(join(around.folder, "credentials", "app-key"), pem)
      const app = makeApp({ id, repositories: ["acme/target"], ...options }, publicKey, () => Date.now())
      const forge = yield* gitHub({
        token: gitToken,
        app,
        host,
        login: "agents[bot]",
        repositories: { "acme/target": around.remotes.target }
      })
      const broker = yield* startBroker({
        ...around.environment,
        REPOSITORY_URL: `https://ada@${host}/acme/target.git`,
        GIT_INSTEAD_OF: JSON.stringify({
          [`https://${host}/acme/`]: `file://${join(around.folder, "remotes")}/`,
          "https://github.com/acme/": `file://${join(around.folder, "remotes")}/`
        }),
        FORGE_HOSTS: JSON.stringify({ [host]: { kind: "github", api: `${forge.url}/api/v3` } }),
        FORGE_APP: JSON.stringify({ id, host }),
        KNOWN_BRANCH: branch,
        KNOWN_HEAD: "0".repeat(40),
        ...changes
      })
      commitTo(around.remotes.target, branch, { "work.txt": "x" })
      yield* Effect.promise(async () => {
        const response = await fetch(`${broker.url}/run/deliver`, {
          method: "POST",
          headers: { authorization: `Bearer ${broker.token}`, "content-type": "application/json" },
          body: JSON.stringify({ summary: "Done." })
        })
        return response.text()
      })
      return { app, broker, forge }
    }
  )

  it.live("gives a token for the one repository, at the server's API and nowhere else", () =>
    Effect.gen(function*() {
      const { app, broker, forge } = yield* atServer()
      assert.strictEqual(broker.brokerReport().delivery?.pullRequestUrl, `https://${host}/acme/target/pull/1`)
      assert.deepStrictEqual(app.bodies, [
        { repositories: ["target"], permissions: { contents: "write", pull_requests: "write" } }
      ])
      assert.isTrue(forge.asked.every(({ path }) => path.startsWith("/api/v3/")))
      assert.isFalse(forge.asked.some(({ headers }) => headers.authorization === `Bearer ${gitToken}`))
    }))

  it.live("finds a repository that was renamed by its number", () =>
    Effect.gen(function*() {
      const { app } = yield* atServer({
        repositories: ["acme/renamed"],
        renamed: { "acme/target": "acme/renamed" }
      })
      assert.deepInclude(app.bodies[0], { repository_ids: [1] })
    }))

  it.live("is not asked for another host, where the user's own token is", () =>
    Effect.gen(function*() {
      const { app, forge } = yield* atServer({}, { FORGE_APP: JSON.stringify({ id, host: "github.com" }) })
      assert.lengthOf(app.minted, 0)
      assert.isTrue(forge.asked.every(({ headers }) => headers.authorization === `Bearer ${gitToken}`))
    }))
})

describe("an app that cannot get one says why:", () => {
  it.live.each<{ name: string; options?: Partial<AppOptions>; given?: Parameters<typeof start>[1]; want: RegExp }>([
    {
      name: "it is not installed there",
      options: { repositories: ["acme/other"] },
      want: /not installed there: install it/
    },
    { name: "it is suspended", options: { suspended: true }, want: /suspended: have an owner/ },
    {
      name: "it lacks a permission",
      options: { permissions: { contents: "write" } },
      want: /not granted to this installation.*the app needs contents: write, pull requests: write;/
    },
    {
      name: "its key is another one's",
      given: { key: appKeys().privateKey.export({ type: "pkcs8", format: "pem" }).toString() },
      want: /the key is not app 12345's: check the private key in github\.app\.secretName/
    },
    { name: "its key is none", given: { key: "no key at all" }, want: /no RSA private key/ },
    {
      name: "there is no such app",
      options: { id: "54321" },
      want: /there is no app 12345 there: check github\.app\.id/
    },
    {
      name: "the clocks differ by more than they may",
      given: { skewMillis: -600_000 },
      want: /the clock of the node differs from the forge's by (?:599|600|601) s, which it is ahead: set it/
    },
    {
      name: "and by as much to the other side",
      given: { skewMillis: 600_000 },
      want: /the clock of the node differs from the forge's by (?:599|600|601) s, which it is behind: set it/
    }
  ])("$name", ({ given, options, want }) =>
    Effect.gen(function*() {
      const { around, broker, deliver } = yield* start(options, given)
      yield* deliver()
      assert.match(broker.brokerReport().pullRequestProblem ?? "", want)
      assert.notInclude(visible(around, broker), "no key at all")
    }))

  it.live("takes a clock that is half a minute off", () =>
    Effect.gen(function*() {
      const { broker, deliver } = yield* start({}, { skewMillis: -30_000 })
      yield* deliver()
      assert.isDefined(broker.brokerReport().delivery?.pullRequestUrl)
    }))
})
