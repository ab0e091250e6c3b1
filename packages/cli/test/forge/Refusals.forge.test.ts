/** What Gitea itself refuses, and what becomes of a run where it does: every case that a double could only claim. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { deliverPullRequest } from "@orchestrator/agent/forge/PullRequests"
import { Effect } from "effect"
import { type Account, administrator, commitTo, forgeHost, makeAccount, makeRepository } from "./Gitea.ts"
import { asking, wish } from "./Port.ts"
import { specFor, startWorld, type World } from "./World.ts"

const refusal = (account: Account, name: string, head: string) =>
  asking(account, name, (at) =>
    deliverPullRequest(at, wish("work", head)).pipe(
      Effect.as({ tag: "none", message: "" }),
      Effect.catch(({ message, reason }) => Effect.succeed({ tag: reason._tag, message }))
    ))

describe("Gitea refuses", () => {
  let agent: Account
  beforeAll(async () => {
    agent = await makeAccount("agent")
  })

  it("who may not see a private repository", async () => {
    const stranger = await makeAccount("stranger")
    const repository = await makeRepository(administrator, agent)
    const head = await commitTo(agent, repository, "work", "one.txt")
    await administrator.must("PATCH", repository.path, { private: true })
    const { message, tag } = await refusal(stranger, repository.name, head)
    assert.strictEqual(tag, "NotFound")
    assert.include(message, "check repositoryUrl")
  })

  it("a token that may only read, and the words name the scope", async () => {
    const reader = await makeAccount("reader", ["read:repository"])
    const repository = await makeRepository(administrator, reader)
    const head = await commitTo(administrator, repository, "work", "one.txt")
    const { message, tag } = await refusal(reader, repository.name, head)
    assert.strictEqual(tag, "Forbidden")
    assert.include(message, "write:repository")
  })

  it("a base that is not there", async () => {
    const repository = await makeRepository(administrator, agent)
    const head = await commitTo(agent, repository, "work", "one.txt")
    const reason = await asking(agent, repository.name, (at) =>
      at.open(wish("work", head, { base: "nowhere" })).pipe(
        Effect.as("none"),
        Effect.catch((error) => Effect.succeed(error.reason._tag))
      ))
    assert.notStrictEqual(reason, "none")
  })

  it("nothing of a fork's: its pull request from a branch of the same name is not the run's", async () => {
    const stranger = await makeAccount("stranger")
    const repository = await makeRepository(administrator, agent)
    const { full_name: fork } = await stranger.must("POST", `${repository.path}/forks`, { name: "copy" })
    await commitTo(stranger, { name: fork, path: `/repos/${fork}`, url: "" }, "work", "theirs.txt")
    const theirs = await stranger.must("POST", `${repository.path}/pulls`, {
      title: "Theirs",
      head: `${stranger.login}:work`,
      base: "main",
      body: wish("work", "").part
    })
    const head = await commitTo(agent, repository, "work", "one.txt")
    assert.deepStrictEqual(await asking(agent, repository.name, (at) => at.find("work")), [])
    assert.isTrue((await asking(agent, repository.name, (at) => at.look(theirs.number))).isFork)
    const ours = await asking(agent, repository.name, (at) => deliverPullRequest(at, wish("work", head)))
    assert.notStrictEqual(ours, theirs.html_url)
    const { body } = await administrator.must("GET", `${repository.path}/pulls/${theirs.number}`)
    assert.strictEqual(body, wish("work", "").part)
  })
})

describe("a run at a forge that refuses", () => {
  let agent: Account
  let world: World
  beforeAll(async () => {
    agent = await makeAccount("agent")
    // Nobody says that the host is Gitea: it is asked.
    world = await startWorld(agent, { forge: {}, git: { allowedProtocols: ["http"], allowedHosts: [forgeHost] } })
  })
  afterAll(() => world.stop())

  it("delivers a pull request where the host itself says which forge it is", async () => {
    const repository = await makeRepository(administrator, agent)
    await world.submit("asked", specFor(repository, "Say hello"))
    const { status = {} } = await world.ended("asked")
    assert.strictEqual(status["reason"], "Delivered", String(status["message"]))
    const pulls = await administrator.must("GET", `${repository.path}/pulls?state=open`)
    assert.strictEqual(pulls[0]?.html_url, status["pullRequestUrl"])
  })

  it("ends before its agent starts where the repository is archived", async () => {
    const repository = await makeRepository(administrator, agent)
    await administrator.must("PATCH", repository.path, { archived: true })
    await world.submit("archived", specFor(repository, "Say hello"))
    const { status = {} } = await world.ended("archived")
    assert.strictEqual(status["phase"], "Failed")
    assert.match(String(status["message"]), /archived|read-only|may not do this|write access/i)
  })

  // Gitea says so when something is pushed, and not before.
  it("ends as refused where the user may not push", async () => {
    const repository = await makeRepository(administrator)
    await world.submit("forbidden", specFor(repository, "Say hello"))
    const { status = {} } = await world.ended("forbidden")
    assert.strictEqual(status["reason"], "PushRejected", String(status["message"]))
    const pulls = await administrator.must("GET", `${repository.path}/pulls?state=all`)
    assert.deepStrictEqual(pulls, [])
  })
})
