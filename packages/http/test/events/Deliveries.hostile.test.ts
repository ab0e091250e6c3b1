/** What somebody who has overheard a delivery of a forge, or who has a repository there too, can do with it: nothing. */
import { assert, describe, it, layer } from "@effect/vitest"
import { decodeConfig } from "@orchestrator/domain/OrchestratorConfig"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { apiVersionOf, CodeRunKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Effect, Layer, Redacted, Result } from "effect"
import { handledAnnotation } from "../../src/events/EventRun.ts"
import { EventSecrets } from "../../src/events/EventSecrets.ts"
import { EventHandler } from "../../src/events/HandleEvent.ts"
import { signatureOf } from "../../src/events/Signature.ts"
import { Server } from "../../src/server/Server.ts"
import { DeliveredRuns } from "../../src/services/DeliveredRuns.ts"
import { ForgeApi, type ForgeRepository } from "../../src/services/ForgeApi.ts"
import { namespace } from "../fixtures/Runs.ts"
import { ask, layerOver, settings } from "../fixtures/TestApi.ts"
import { raw, serverOver } from "../fixtures/TestServer.ts"

const secret = "a-secret-of-the-test-only"

interface Sender {
  readonly name: string
  readonly page: string
  readonly pullRequest: string
  readonly proof: (text: string) => Readonly<Record<string, string>>
  readonly comment: (given: { readonly page: string; readonly repository: string; readonly author: string }) => object
}

const signed = (header: string) => (text: string) => ({ [header]: signatureOf(secret, text) })
const number = 3

const senders: ReadonlyArray<Sender> = [
  {
    name: "github",
    page: "https://github.com/acme/api",
    pullRequest: "https://github.com/acme/api/pull/3",
    proof: (text) => ({ "x-github-event": "issue_comment", ...signed("x-hub-signature-256")(text) }),
    comment: ({ author, page, repository }) => ({
      action: "created",
      repository: { html_url: page, full_name: repository, clone_url: `${page}.git` },
      sender: { login: author, type: "User" },
      issue: { number, html_url: `${page}/issues/${number}`, pull_request: { html_url: `${page}/pull/${number}` } },
      comment: { id: 41, body: "/agent status", user: { login: author, type: "User" } }
    })
  },
  {
    name: "gitlab",
    page: "https://gitlab.com/acme/group/api",
    pullRequest: "https://gitlab.com/acme/group/api/-/merge_requests/3",
    proof: () => ({ "x-gitlab-event": "Note Hook", "x-gitlab-token": secret }),
    comment: ({ author, page, repository }) => ({
      object_kind: "note",
      user: { username: author },
      project: { web_url: page, path_with_namespace: repository, git_http_url: `${page}.git` },
      object_attributes: { id: 41, note: "/agent status", noteable_type: "MergeRequest", system: false },
      merge_request: { iid: number, source_project_id: 7, target_project_id: 7 }
    })
  },
  {
    name: "bitbucket-cloud",
    page: "https://bitbucket.org/acme/api",
    pullRequest: "https://bitbucket.org/acme/api/pull-requests/3",
    proof: (text) => ({ "x-event-key": "pullrequest:comment_created", ...signed("x-hub-signature")(text) }),
    comment: ({ author, page, repository }) => {
      const end = (name: string) => ({ branch: { name }, repository: { full_name: repository } })
      return {
        actor: { type: "user", nickname: author },
        repository: { full_name: repository, links: { html: { href: page } } },
        pullrequest: {
          id: number,
          links: { html: { href: `${page}/pull-requests/${number}` } },
          source: end("task"),
          destination: end("main")
        },
        comment: { id: 41, content: { raw: "/agent status" } }
      }
    }
  }
]

const config = Result.getOrThrow(decodeConfig({}))

/** Who is asked whether somebody may write, by the name of the forge. */
const asked: Array<string> = []
const repositoryAt = (forge: string, path: string): ForgeRepository => ({
  mayWrite: (login) =>
    Effect.sync(() => {
      asked.push(`${forge} ${path} ${login}`)
      return login === "ada"
    }),
  file: () => Effect.undefined,
  pullRequest: () => Effect.die("nobody asks"),
  review: () => Effect.undefined,
  checks: () => Effect.die("nobody asks"),
  answer: () => Effect.void,
  markReady: () => Effect.void
})

const Events = EventHandler.layerWith(config).pipe(
  Layer.provide(Layer.succeed(
    ForgeApi,
    ForgeApi.of({
      at: (forge, _host, path) => Effect.succeed(repositoryAt(forge, path)),
      atHost: () => Effect.undefined
    })
  )),
  Layer.provide(Layer.succeed(
    DeliveredRuns,
    // Whoever is meant is found by the run's own status.
    DeliveredRuns.of({ find: () => Effect.succeed(senders.map(({ name }) => name)), waiting: Effect.succeed([]) })
  )),
  Layer.provide(settings),
  Layer.provideMerge(layerMemory),
  Layer.provideMerge(Layer.succeed(
    EventSecrets,
    EventSecrets.of({
      whole: () => Effect.undefined,
      signing: () => Effect.succeed([Redacted.make(secret)]),
      text: () => Effect.undefined
    })
  ))
)

/** A run that has delivered the sender's pull request. */
const delivered = Effect.fnUntraced(function*({ name, page, pullRequest }: Sender) {
  const client = yield* KubernetesClient
  yield* client.create(CodeRunKind, {
    apiVersion: apiVersionOf(CodeRunKind),
    kind: CodeRunKind.kind,
    metadata: { namespace, name },
    spec: {
      taskId: 7,
      service: "api",
      repositoryUrl: page,
      docsRepositoryUrl: page,
      workingDirectory: ".",
      model: "claude-test-1",
      githubUser: "ada"
    }
  })
  yield* client.patchStatus(CodeRunKind, { namespace, name }, {
    type: "merge",
    body: { status: { phase: "Succeeded", reason: "Delivered", contextVersion: 1, pullRequestUrl: pullRequest } }
  })
})

const metadataOf = (name: string) =>
  Effect.flatMap(KubernetesClient, (client) => client.get(CodeRunKind, { namespace, name })).pipe(
    Effect.map(({ metadata }) => metadata)
  )

const send = ({ name, proof }: Sender, body: object, headers: Readonly<Record<string, string>> = {}) => {
  const text = JSON.stringify(body)
  return ask("POST", `/webhook/${name}`, {
    text,
    headers: { "content-type": "application/json", ...proof(text), ...headers }
  })
}

layer(layerOver(Events))("a delivery", (it) => {
  describe.each(senders)("of $name", (sender) => {
    const repository = new URL(sender.page).pathname.slice(1)
    const genuine = sender.comment({ page: sender.page, repository, author: "ada" })

    it.effect("is done once, however often it comes", () =>
      Effect.gen(function*() {
        yield* delivered(sender)
        assert.include((yield* send(sender, genuine)).text, `noted ${sender.name}`)
        const before = yield* metadataOf(sender.name)
        assert.include(before.annotations?.[handledAnnotation], "comment-41")
        // Under another name, too, which whoever delivers again chooses.
        for (const id of ["1", "2"]) {
          const again = yield* send(sender, genuine, { "x-github-delivery": id, "x-request-uuid": id })
          assert.include(again.text, "it was done before")
        }
        assert.strictEqual((yield* metadataOf(sender.name)).resourceVersion, before.resourceVersion)
      }))

    it.effect.each<{ name: string; given: Parameters<Sender["comment"]>[0] }>([
      {
        name: "another repository",
        given: {
          page: sender.page.replace("acme", "eve"),
          repository: repository.replace("acme", "eve"),
          author: "ada"
        }
      },
      {
        name: "another repository that says it is this one's page",
        given: { page: sender.page, repository: repository.replace("acme", "eve"), author: "ada" }
      },
      {
        name: "this repository at another host",
        given: { page: sender.page.replace(/^https:\/\/[^/]+/, "https://evil.test"), repository, author: "ada" }
      },
      {
        name: "this repository, of somebody who may not write",
        given: { page: sender.page, repository, author: "eve" }
      }
    ])("is nothing where it is of $name", ({ given }) =>
      Effect.gen(function*() {
        const before = yield* metadataOf(sender.name)
        asked.length = 0
        const { status } = yield* send(sender, sender.comment(given))
        assert.strictEqual(status, 200)
        assert.strictEqual((yield* metadataOf(sender.name)).resourceVersion, before.resourceVersion)
        assert.isTrue(asked.every((each) => each === `${sender.name} ${repository} eve`))
      }))

    it.effect("is not believed where its pull request's address is of another repository", () =>
      Effect.gen(function*() {
        const given = { page: sender.page.replace("acme", "eve"), repository: repository.replace("acme", "eve") }
        const text = JSON.stringify(sender.comment({ ...given, author: "ada" }))
        const theirs = sender.pullRequest.replace("acme", "eve")
        asked.length = 0
        const before = yield* metadataOf(sender.name)
        yield* send(sender, JSON.parse(text.replaceAll(theirs, sender.pullRequest)))
        assert.strictEqual((yield* metadataOf(sender.name)).resourceVersion, before.resourceVersion)
        assert.deepStrictEqual(asked, [])
      }))

    it.effect("is refused where another forge's proof comes with it", () =>
      Effect.gen(function*() {
        for (const other of senders.filter(({ name }) => name !== sender.name)) {
          const text = JSON.stringify(genuine)
          const { status } = yield* ask("POST", `/webhook/${sender.name}`, {
            text,
            headers: { "content-type": "application/json", ...other.proof(text) }
          })
          assert.strictEqual(status, 403, other.name)
        }
      }))
  })
})

describe("a delivery that is larger than forges send", () => {
  const mebibyte = new TextEncoder().encode(" ".repeat(1024 * 1024))
  it.live.each(senders)(
    "is refused while it comes, and the next one is answered: $name",
    (sender) =>
      Effect.gen(function*() {
        const { url } = yield* Server
        const path = `/webhook/${sender.name}`
        const headers = { "content-type": "application/json", ...sender.proof("") }
        const chunks = Array.from({ length: 26 }, () => mebibyte)
        const large = yield* raw(url, { method: "POST", path, headers, chunks, end: false })
        assert.strictEqual(large.status, 413)
        assert.notInclude(large.text, secret)
        const text = JSON.stringify({ zen: "Keep it simple" })
        const small = { method: "POST", path, headers: { ...headers, ...sender.proof(text) } }
        assert.strictEqual((yield* raw(url, { ...small, chunks: [new TextEncoder().encode(text)] })).status, 200)
      }).pipe(Effect.provide(serverOver(Events)))
  )
})
