import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import { git, temporaryFolder } from "../LocalProduct.ts"
import { type Account, administrator, makeAccount, makeRepository, type Repository } from "./Gitea.ts"
import { specFor, startWorld, type World } from "./World.ts"

describe("a run at a real forge", () => {
  let agent: Account
  let repository: Repository
  let world: World

  beforeAll(async () => {
    agent = await makeAccount("agent")
    repository = await makeRepository(administrator, agent)
    world = await startWorld(agent)
  })
  afterAll(() => world.stop())

  it("becomes a pull request that shows the commit", async () => {
    await world.submit("first", specFor(repository, "Say hello"))
    const { status = {} } = await world.ended("first")
    assert.strictEqual(status["reason"], "Delivered", String(status["message"]))
    const pulls = await administrator.must("GET", `${repository.path}/pulls?state=open`)
    assert.deepStrictEqual(
      pulls.map((pull: { readonly html_url: string }) => pull.html_url),
      [status["pullRequestUrl"]]
    )
    assert.strictEqual(pulls[0].head.ref, status["branch"])
    assert.strictEqual(pulls[0].head.sha, status["headCommit"])
    assert.strictEqual(pulls[0].user.login, agent.login)
    assert.strictEqual(pulls[0].title, "Say hello")
  })

  it("a rule of the forge that protects main refuses a push there, and lets the run deliver", async () => {
    await administrator.must("POST", `${repository.path}/branch_protections`, {
      rule_name: "main",
      enable_push: true,
      enable_push_whitelist: true,
      push_whitelist_usernames: [administrator.login]
    })
    const remote = repository.url.replace("//", `//${agent.login}:${agent.token}@`)
    const { folder, remove } = temporaryFolder()
    try {
      git("clone", "-q", remote, folder)
      git("-C", folder, "-c", "user.name=a", "-c", "user.email=a@example.test", "commit", "-qm", "x", "--allow-empty")
      const pushed = spawnSync("git", ["-C", folder, "push", "-q", "origin", "HEAD:main"], { encoding: "utf8" })
      assert.strictEqual(pushed.status, 1)
      assert.include(pushed.stderr, "protected branch main")
    } finally {
      remove()
    }
    await world.submit("second", specFor(repository, "Say it again"))
    assert.strictEqual((await world.ended("second")).status?.["reason"], "Delivered")
  })

  it("one that protects the run's branch ends it as refused, in the forge's words", async () => {
    await administrator.must("POST", `${repository.path}/branch_protections`, {
      rule_name: "feature/**",
      enable_push: false
    })
    await world.submit("third", specFor(repository, "Say it louder"))
    const { status = {} } = await world.ended("third")
    assert.strictEqual(status["reason"], "PushRejected")
    assert.include(String(status["message"]), "protected branch")
  })

  // Git follows over https alone, which this forge does not speak; the API is followed (Adapter.forge.test.ts).
  it("of a repository that has another name now ends before its agent starts, and says what to set", async () => {
    const old = await makeRepository(administrator, agent)
    await administrator.must("PATCH", old.path, { name: `now-${old.name.split("/")[1]}` })
    await world.submit("renamed", specFor(old, "Say hello"))
    const { status = {} } = await world.ended("renamed")
    assert.strictEqual(status["reason"], "SetupFailed")
    assert.include(String(status["message"]), "set repositoryUrl to the new one")
  })

  it("of a user whose token may only read ends before its agent starts, and says what the token lacks", async () => {
    const reader = await makeAccount("reader", ["read:repository"])
    const repository = await makeRepository(administrator, reader)
    await world.addToken("reader", reader)
    await world.submit("reading", { ...specFor(repository, "Say hello"), githubUser: "reader" })
    const { status = {} } = await world.ended("reading")
    assert.strictEqual(status["phase"], "Failed")
    assert.match(String(status["message"]), /write access|may not do this|scope|git-token/)
    assert.deepStrictEqual(await administrator.must("GET", `${repository.path}/pulls?state=all`), [])
    assert.lengthOf(await administrator.must("GET", `${repository.path}/branches`), 1)
  })
})
