import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { handledAnnotation } from "@orchestrator/http/events/EventRun"
import { rowsOf } from "../ways/Table.ts"
import {
  type Account,
  administrator,
  commitTo,
  forgeHost,
  makeAccount,
  makeRepository,
  type Repository
} from "./Gitea.ts"
import { addHook, commentPayload, deliver, secretsFolder, startWay } from "./Hooks.ts"
import { githubUser, specFor, startWorld, type World } from "./World.ts"

describe("a task that is handed over at the forge", () => {
  const secrets = secretsFolder()
  let way: Awaited<ReturnType<typeof startWay>>
  let agent: Account
  let writer: Account
  let stranger: Account
  let repository: Repository
  let world: World
  let name = ""

  const run = () => world.run(name)
  const versionOf = async () => (await run()).spec["contextVersion"]
  /** The run's. */
  const pull = async () => {
    const number = /\d+$/.exec(String((await run()).status?.["pullRequestUrl"]))?.[0]
    return await administrator.must("GET", `${repository.path}/pulls/${number}`)
  }
  const comments = (number: number): Promise<ReadonlyArray<{ readonly body: string }>> =>
    administrator.must("GET", `${repository.path}/issues/${number}/comments`)
  const say = (who: Account, number: number, body: string) =>
    who.must("POST", `${repository.path}/issues/${number}/comments`, { body })
  const answers = async (number: number) =>
    (await comments(number)).filter(({ body }) => body.includes("orchestrator:answer"))
  const answered = (number: number, words: string) =>
    world.until(`an answer with ${words}`, async () => (await answers(number)).find(({ body }) => body.includes(words)))
  /** What the forge has to tell has been told, and done or left: a later event of its own has an effect. */
  const settled = async (number: number) => {
    await say(writer, number, "/agent nonsense")
    await answered(number, "Expected one of")
    await say(writer, number, "/agent status")
    await world.until(
      "the status",
      async () => (await answers(number)).every(({ body }) => !body.includes("Expected one of")) ? true : undefined
    )
  }

  beforeAll(async () => {
    way = await startWay()
    agent = await makeAccount("agent")
    writer = await makeAccount("writer")
    stranger = await makeAccount("stranger")
    repository = await makeRepository(administrator, agent, writer)
    await administrator.must("POST", `${repository.path}/labels`, { name: "agent", color: "#00aa00" })
    world = await startWorld(agent, {
      forge: { giteaHosts: { [forgeHost]: `${way.url}/api/v1` } },
      events: { folder: secrets.folder, reviews: true, checkAttempts: 1 },
      triggers: [{
        name: "labelled",
        label: "agent",
        repositories: [repository.url],
        run: { service: "hello", githubUser }
      }]
    })
    await addHook(repository, await world.product.url())
  }, 90_000)
  afterAll(async () => {
    await world.stop()
    way.stop()
    secrets.remove()
  })

  it("a labelled issue becomes a run, and the run a pull request", async () => {
    const issue = await stranger.must("POST", `${repository.path}/issues`, {
      title: "Say hello",
      body: "To everybody."
    })
    await writer.must("POST", `${repository.path}/issues/${issue.number}/labels`, { labels: ["agent"] })
    name = await world.until("a run", async () => (await world.names())[0])
    const { metadata, spec, status } = await world.ended(name)
    assert.strictEqual(status?.["reason"], "Delivered", String(status?.["message"]))
    assert.deepInclude(spec, { issue: issue.html_url, taskId: issue.number, service: "hello" })
    assert.strictEqual(metadata.annotations?.["orchestrator.platform/requested-by"], `${forgeHost}/${writer.login}`)
    assert.strictEqual((await pull()).html_url, status?.["pullRequestUrl"])
  })

  it("the label again makes no second run", async () => {
    const [issue] = await administrator.must("GET", `${repository.path}/issues?type=issues`)
    await writer.must("DELETE", `${repository.path}/issues/${issue.number}/labels`)
    await writer.must("POST", `${repository.path}/issues/${issue.number}/labels`, { labels: ["agent"] })
    await settled((await pull()).number)
    assert.deepStrictEqual(await world.names(), [name])
  })

  it("a review that asks for changes wakes the same session, with its words", async () => {
    const { number } = await pull()
    await writer.must("POST", `${repository.path}/pulls/${number}/reviews`, {
      event: "REQUEST_CHANGES",
      body: "Be more polite.",
      comments: []
    })
    const { spec, status } = await world.ended(name, 2)
    assert.include(String(spec["promptModification"]), "Be more polite.")
    assert.strictEqual(status?.["reason"], "Delivered", String(status?.["message"]))
    const resumed = (Array.isArray(status?.["conditions"]) ? status["conditions"] : [])
      .find(({ type }: { readonly type: string }) => type === "SessionResumed")
    assert.strictEqual(resumed?.status, "True")
    await answered(number, "The changes that the review asks for")
  })

  it("a failing status starts an attempt, at most as many as are allowed, and green ones ask for the review", async () => {
    const { head, number } = await pull()
    const report = (sha: string, state: string) =>
      writer.must("POST", `${repository.path}/statuses/${sha}`, {
        state,
        context: "ci/test",
        description: "assert 1 == 2"
      })
    await report(head.sha, "failure")
    const { spec, status } = await world.ended(name, 3)
    assert.include(String(spec["promptModification"]), "assert 1 == 2")
    const commit = String(status?.["headCommit"])
    assert.notStrictEqual(commit, head.sha)
    await report(commit, "failure")
    await answered(number, "no further attempt")
    await report(commit, "success")
    await answered(number, "ready for review")
    assert.strictEqual(await versionOf(), 3)
  })

  it("answers are one comment, however often it is asked", async () => {
    const { number } = await pull()
    await settled(number)
    assert.lengthOf(await answers(number), 1)
  })

  it("a stranger's word is not heard, and no comment in a fork's pull request", async () => {
    const { number } = await pull()
    await say(stranger, number, "/agent retry do as I say")
    const fork = await stranger.must("POST", `${repository.path}/forks`, {})
    const theirs = { name: fork.full_name, path: `/repos/${fork.full_name}`, url: fork.clone_url }
    await commitTo(stranger, theirs, "theirs", "theirs.txt")
    const other = await stranger.must("POST", `${repository.path}/pulls`, {
      title: "Mine",
      head: `${stranger.login}:theirs`,
      base: "main"
    })
    await say(writer, other.number, "/agent retry here")
    await say(stranger, other.number, "/agent retry here")
    await settled(number)
    assert.strictEqual(await versionOf(), 3)
    assert.deepStrictEqual(await answers(other.number), [])
    assert.deepStrictEqual(await world.names(), [name])
  })

  it("a forged delivery is refused, a replayed one does nothing", async () => {
    const { number } = await pull()
    const url = `${await world.product.url()}/webhook/gitea`
    const payload = commentPayload(repository, writer, number, 987_654, "/agent status")
    const before = (await run()).metadata.resourceVersion
    const forged = await deliver(url, "issue_comment", payload, { secret: "0".repeat(64) })
    assert.strictEqual(forged.status, 403)
    assert.strictEqual((await run()).metadata.resourceVersion, before)
    assert.include((await deliver(url, "issue_comment", payload)).text, "noted")
    const after = await run()
    assert.include(after.metadata.annotations?.[handledAnnotation], "comment-987654")
    const again = await deliver(url, "issue_comment", payload)
    assert.include(again.text, "it was done before")
    assert.strictEqual((await run()).metadata.resourceVersion, after.metadata.resourceVersion)
  })

  it("what is said while the forge's API is away is done once it is back", async () => {
    const { number } = await pull()
    way.set("closed")
    await say(writer, number, "/agent retry once more")
    await world.until(
      "the event to wait",
      async () =>
        (await run()).metadata.annotations?.["orchestrator.platform/waiting-events"] === undefined ? undefined : true
    )
    assert.strictEqual(await versionOf(), 3)
    way.set("open")
    const { metadata, spec } = await world.ended(name, 4)
    assert.strictEqual(spec["promptModification"], "once more")
    assert.isUndefined(metadata.annotations?.["orchestrator.platform/waiting-events"])
  })

  it("every comment of docs/ways-in.md does what its row says", async () => {
    const { number } = await pull()
    const outcomes: Readonly<Record<string, () => Promise<unknown>>> = {
      plan: () =>
        world.until(
          "the plan",
          async () => (await answers(number)).find(({ body }) => /Nothing is to be done now|Next: /.test(body))
        ),
      get: () => answered(number, "Delivered"),
      retry: async () => {
        const attempts = await world.until("the retry", async () => await versionOf() === 5 ? await run() : undefined)
        assert.strictEqual(attempts.spec["promptModification"], "In German")
      },
      cancel: async () => assert.strictEqual((await world.ended(name, 5)).status?.["phase"], "Cancelled")
    }
    // The attempt that is cancelled is to be at work when the comment comes.
    await world.change(name, { env: { DEMO_AGENT_SECONDS: "20" } })
    for (const { command, verb } of rowsOf("comment")) {
      if (command === undefined) continue
      await say(writer, number, command)
      assert.isDefined(outcomes[verb], verb)
      await outcomes[verb]?.()
    }
    await world.change(name, { env: { DEMO_AGENT_SECONDS: "0.2" } })
    await say(writer, number, "/agent retry")
    assert.strictEqual((await world.ended(name, 6)).status?.["reason"], "Delivered")
  })

  it("the merge is seen, and lets those start that wait for it", async () => {
    const { number } = await pull()
    const dependent = "after"
    await world.submit(dependent, { ...specFor(repository, "Go on"), dependsOn: [name], dependsOnMerged: true })
    await world.until(
      "it to wait",
      async () => String((await world.run(dependent)).status?.["message"]).includes("to be merged") ? true : undefined
    )
    await world.until("the merge", async () => {
      const { status } = await administrator.ask("POST", `${repository.path}/pulls/${number}/merge`, { Do: "merge" })
      return status === 200 ? true : undefined
    })
    const merged = await world.until("the condition", async () => {
      const { conditions } = (await run()).status ?? {}
      return (Array.isArray(conditions) ? conditions : []).find(({ type }: { readonly type: string }) =>
        type === "Merged"
      )
    })
    assert.strictEqual(merged.status, "True")
    assert.strictEqual((await world.ended(dependent)).status?.["reason"], "Delivered")
  })
})
