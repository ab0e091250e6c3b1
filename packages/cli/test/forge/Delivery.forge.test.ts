import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { type Account, administrator, makeAccount, makeRepository, type Repository } from "./Gitea.ts"
import { specFor, startWorld, type World } from "./World.ts"

describe("a run at a real forge", () => {
  let agent: Account
  let repository: Repository
  let world: World

  beforeAll(async () => {
    agent = await makeAccount("agent")
    repository = await makeRepository(administrator, agent)
    await administrator.must("POST", `${repository.path}/labels`, { name: "by-agent", color: "#00aa00" })
    world = await startWorld(agent, {})
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
})
