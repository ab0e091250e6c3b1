/** The forge's port, asked directly: what a broker relies on is what Gitea does. */
import { assert, beforeAll, describe, it } from "@effect/vitest"
import { deliverPullRequest } from "@orchestrator/agent/forge/PullRequests"
import { Effect } from "effect"
import { type Account, administrator, commitTo, makeAccount, makeRepository } from "./Gitea.ts"
import { asking, wish } from "./Port.ts"

describe("Gitea through the port", () => {
  let agent: Account
  beforeAll(async () => {
    agent = await makeAccount("agent")
  })

  it("opens one pull request, however often it is asked, and keeps what people wrote around our part", async () => {
    const repository = await makeRepository(administrator, agent)
    const head = await commitTo(agent, repository, "work", "one.txt")
    const url = await asking(agent, repository.name, (at) => deliverPullRequest(at, wish("work", head)))
    const [pull] = await administrator.must("GET", `${repository.path}/pulls`)
    assert.strictEqual(pull.html_url, url)
    await administrator.must("PATCH", `${repository.path}/pulls/${pull.number}`, { body: `Mine.\n${pull.body}` })
    const next = await commitTo(agent, repository, "work", "two.txt")
    const part = "<!-- orchestrator:run u -->\nmore\n<!-- orchestrator:end -->"
    const again = await asking(agent, repository.name, (at) => deliverPullRequest(at, wish("work", next, { part })))
    assert.strictEqual(again, url)
    const { body } = await administrator.must("GET", `${repository.path}/pulls/${pull.number}`)
    assert.strictEqual(body, `Mine.\n${part}`)
    const twice = await asking(agent, repository.name, (at) =>
      at.open(wish("work", next)).pipe(
        Effect.as(false),
        Effect.catch((error) => Effect.succeed(at.isDuplicate(error)))
      ))
    assert.isTrue(twice)
  })

  it("asks for reviews, puts labels on, and marks a draft", async () => {
    const repository = await makeRepository(administrator, agent)
    await administrator.must("POST", `${repository.path}/labels`, { name: "by-agent", color: "#00aa00" })
    const head = await commitTo(agent, repository, "work", "one.txt")
    const options = wish("work", head, { draft: true, labels: ["by-agent"], reviewers: [administrator.login] })
    await asking(agent, repository.name, (at) => deliverPullRequest(at, options))
    const [pull] = await administrator.must("GET", `${repository.path}/pulls`)
    assert.deepStrictEqual(
      [pull.draft, pull.labels[0]?.name, pull.requested_reviewers[0]?.login],
      [true, "by-agent", administrator.login]
    )
  })

  it("tells open, closed and merged apart, also when the branch is gone", async () => {
    const repository = await makeRepository(administrator, agent)
    const head = await commitTo(agent, repository, "work", "one.txt")
    await asking(agent, repository.name, (at) => deliverPullRequest(at, wish("work", head)))
    const states = () =>
      asking(agent, repository.name, (at) => Effect.map(at.find("work"), (found) => found.map(({ state }) => state)))
    assert.deepStrictEqual(await states(), ["open"])
    await administrator.must("PATCH", `${repository.path}/pulls/1`, { state: "closed" })
    assert.deepStrictEqual(await states(), ["closed"])
    await administrator.must("PATCH", `${repository.path}/pulls/1`, { state: "open" })
    await administrator.must("POST", `${repository.path}/pulls/1/merge`, {
      Do: "merge",
      delete_branch_after_merge: true
    })
    assert.deepStrictEqual(await states(), ["merged"])
  })

  it("follows a repository to its new name", async () => {
    const repository = await makeRepository(administrator, agent)
    const head = await commitTo(agent, repository, "work", "one.txt")
    await administrator.must("PATCH", repository.path, { name: `renamed-${repository.name.split("/")[1]}` })
    const url = await asking(agent, repository.name, (at) => deliverPullRequest(at, wish("work", head)))
    assert.include(url, "/renamed-hello-")
  })

  it("reads an issue with its comments, and tells an administrator who may push", async () => {
    const stranger = await makeAccount("stranger")
    const repository = await makeRepository(administrator, agent)
    const { number } = await stranger.must("POST", `${repository.path}/issues`, { title: "Broken", body: "It is." })
    await agent.must("POST", `${repository.path}/issues/${number}/comments`, { body: "Indeed." })
    const issue = await asking(administrator, repository.name, (at) => at.issue(number))
    assert.deepInclude(issue, { title: "Broken", body: "It is.", author: stranger.login, isPullRequest: false })
    assert.deepStrictEqual(issue.comments.map(({ author, body }) => [author, body]), [[agent.login, "Indeed."]])
    const mayWrite = (asked: Account, login: string) => asking(asked, repository.name, (at) => at.mayWrite(login))
    assert.isTrue(await mayWrite(administrator, agent.login))
    assert.isFalse(await mayWrite(administrator, stranger.login))
    assert.isUndefined(await mayWrite(administrator, "nobody-at-all"))
    assert.isUndefined(await mayWrite(agent, stranger.login))
  })

  it("says what to do about a token that is none, and a repository that is archived", async () => {
    const repository = await makeRepository(administrator, agent)
    await commitTo(agent, repository, "work", "one.txt")
    const reasonFor = (account: Account) =>
      asking(
        account,
        repository.name,
        (at) =>
          at.open(wish("work", "")).pipe(Effect.as("opened"), Effect.catch(({ message }) => Effect.succeed(message)))
      )
    assert.include(await reasonFor({ ...agent, token: "0".repeat(40) }), "missing, wrong or expired")
    await administrator.must("PATCH", repository.path, { archived: true })
    assert.include(await reasonFor(agent), "unarchive the repository")
  })
})
