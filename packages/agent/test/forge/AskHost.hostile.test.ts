/** A host that nobody has named a forge is asked which one it is: once, without the token, and believed no further. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { HttpClient, HttpClientResponse } from "effect/http"
import { TestClock } from "effect/testing"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { askHost } from "../../src/forge/AskHost.ts"
import { branch, gitToken, place, startBroker } from "../fixtures/Broker.ts"
import { commitTo } from "../fixtures/Remotes.ts"

interface Page {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}

const gitLab: Page = { status: 401, headers: { "x-gitlab-meta": "{}" }, body: "{\"message\":\"401 Unauthorized\"}" }
const gitea: Page = { status: 200, body: "{\"version\":\"1.26.4\"}" }

/** Says of itself what the pages say; everything else is not there. */
const host = (pages: Readonly<Record<string, Page>>) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const asked: Array<string> = []
      const credentials: Array<string> = []
      const server = createServer((request, response) => {
        asked.push(request.url ?? "")
        if (request.headers.authorization !== undefined) credentials.push(request.headers.authorization)
        const { body, headers, status } = pages[request.url ?? ""] ?? { status: 404, body: "none", headers: {} }
        response.writeHead(status, headers).end(body)
      })
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
      const { port } = server.address() as AddressInfo
      return { asked, credentials, server, name: `127.0.0.1:${port}` }
    }),
    ({ server }) => Effect.promise(() => new Promise((resolve) => server.close(resolve)))
  )

const known = Effect.fnUntraced(
  function*(pages: Readonly<Record<string, Page>>, changes: Readonly<Record<string, string>> = {}) {
    const around = yield* place
    const { asked, credentials, name } = yield* host(pages)
    const broker = yield* startBroker({
      ...around.environment,
      GIT_ALLOW_PROTOCOL: "http:file",
      GIT_ALLOWED_HOSTS: name,
      GIT_INSTEAD_OF: "{}",
      REPOSITORY_URL: `http://${name}/acme/target.git`,
      DOCS_REPOSITORY_URL: `http://${name}/acme/docs.git`,
      KNOWN_BRANCH: branch,
      KNOWN_HEAD: "0".repeat(40),
      ...changes
    })
    commitTo(around.remotes.target, branch, { "work.txt": "x" })
    return { asked, broker, credentials, forgeKnown: broker.brokerReport().forgeKnown }
  }
)

describe("a host that is asked which forge it is", () => {
  it.live.each<{ name: string; pages: Readonly<Record<string, Page>>; want: boolean; says: RegExp }>([
    { name: "GitLab", pages: { "/api/v4/version": gitLab }, want: true, says: /says that it is GitLab/ },
    { name: "Gitea", pages: { "/api/v1/version": gitea }, want: true, says: /says that it is Gitea/ },
    {
      name: "Bitbucket Data Center",
      pages: {
        "/rest/api/1.0/application-properties": {
          status: 200,
          body: "{\"version\":\"9.4.0\",\"buildNumber\":\"9004000\",\"displayName\":\"Bitbucket\"}"
        }
      },
      want: true,
      says: /says that it is Bitbucket Data Center/
    },
    { name: "no forge", pages: {}, want: false, says: /no forge that is known: name it in forge\.hosts/ },
    {
      name: "two at once",
      pages: { "/api/v4/version": gitLab, "/api/v1/version": gitea },
      want: false,
      says: /no forge that is known/
    },
    {
      name: "a page for everything",
      pages: Object.fromEntries(
        ["/api/v4/version", "/api/v1/version", "/api/v3/meta"].map((
          path
        ) => [path, { status: 200, body: "<html>Hi</html>" }])
      ),
      want: false,
      says: /no forge that is known/
    },
    {
      name: "somebody who says more than a forge has to say",
      pages: { "/api/v1/version": { status: 200, body: `{"version":"1.26.4","more":"${"x".repeat(100_000)}"}` } },
      want: false,
      says: /no forge that is known/
    }
  ])("and is $name: $want", ({ pages, says, want }) =>
    Effect.gen(function*() {
      const { asked, broker, credentials, forgeKnown } = yield* known(pages)
      assert.strictEqual(forgeKnown, want)
      assert.match(broker.log.join("\n"), says)
      assert.deepStrictEqual(credentials, [])
      assert.strictEqual(new Set(asked).size, asked.length)
      assert.notInclude(broker.log.join("\n"), gitToken)
    }))

  it.live("is not asked where the configuration says no, or says what it is, or lets runs name any host", () =>
    Effect.gen(function*() {
      const pages = { "/api/v4/version": gitLab }
      const off = yield* known(pages, { FORGE_ASK_HOSTS: "false" })
      assert.deepStrictEqual([off.asked, off.forgeKnown], [[], false])
      const any = yield* known(pages, { GIT_ALLOWED_HOSTS: "*" })
      assert.deepStrictEqual([any.asked, any.forgeKnown], [[], false])
    }))

  it.live.each([301, 302, 303, 307, 308])("is not followed anywhere (%i)", (status) =>
    Effect.gen(function*() {
      const elsewhere = yield* host({ "/api/v1/version": gitea })
      const { asked, forgeKnown } = yield* known({
        "/api/v1/version": { status, headers: { location: `http://${elsewhere.name}/api/v1/version` }, body: "" }
      })
      assert.isFalse(forgeKnown)
      assert.include(asked, "/api/v1/version")
      assert.deepStrictEqual(elsewhere.asked, [])
    }))
})

/** A client of a host whose answers to its questions for Gitea's version come one after the other, the last for good. */
const clientOf = (...answers: ReadonlyArray<Effect.Effect<Response>>) => {
  let asked = 0
  const client = HttpClient.make((request, url) =>
    url.pathname === "/api/v1/version"
      ? Effect.suspend(() => answers[Math.min(asked++, answers.length - 1)] ?? Effect.never).pipe(
        Effect.map((response) => HttpClientResponse.fromWeb(request, response))
      )
      : Effect.succeed(HttpClientResponse.fromWeb(request, new Response("none", { status: 404 })))
  )
  return { client, asked: () => asked }
}

describe("a host that has trouble when it is asked", () => {
  const busy = (status: number) => Effect.sync(() => new Response("Starting", { status }))
  const says = Effect.sync(() => new Response(gitea.body))

  it.effect.each<{ name: string; answers: ReadonlyArray<Effect.Effect<Response>>; want: boolean; asked: number }>([
    { name: "just starts", answers: [busy(503), busy(502), says], want: true, asked: 3 },
    { name: "is busy for longer", answers: [busy(503)], want: false, asked: 3 },
    { name: "does not answer", answers: [Effect.never], want: false, asked: 1 },
    { name: "fails", answers: [busy(500), says], want: false, asked: 1 }
  ])("and $name is known: $want, within seconds", ({ answers, asked, want }) =>
    Effect.gen(function*() {
      const { asked: count, client } = clientOf(...answers)
      const asking = yield* Effect.forkChild(askHost(client, "https", "git.example.test"))
      yield* TestClock.adjust("10 seconds")
      const found = yield* Fiber.join(asking)
      assert.deepStrictEqual([found?.kind.id === "gitea", count()], [want, asked])
    }))
})
