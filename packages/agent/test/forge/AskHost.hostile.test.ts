/** A host that nobody has named a forge is asked which one it is: once, without the token, and believed no further. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
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
      name: "somebody who sends on",
      pages: {
        "/api/v1/version": { status: 302, headers: { location: "http://127.0.0.1:1/api/v1/version" }, body: "" }
      },
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
})
