/** Runs and remotes that would have the GitHub user's token: a host of theirs, another port, a redirect, a name that JavaScript knows. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { mkdirSync } from "node:fs"
import { createServer, type RequestListener } from "node:http"
import { join } from "node:path"
import { forgeOf } from "../../src/forge/Forges.ts"
import { agentGit } from "../fixtures/AgentGit.ts"
import { branch, brokerReportAt, brokerThatGivesUp, gitToken, place, startBroker } from "../fixtures/Broker.ts"
import { commitTo } from "../fixtures/Remotes.ts"

interface Listener {
  readonly host: string
  readonly url: string
  /** What came as `Authorization`, and the paths. */
  readonly credentials: Array<string>
  readonly asked: Array<string>
}

/** A server that wants to know who is there, or that sends everybody on. */
const listener = (answer: RequestListener) =>
  Effect.acquireRelease(
    Effect.callback<Listener & { readonly close: () => void }>((resume) => {
      const credentials: Array<string> = []
      const asked: Array<string> = []
      const server = createServer((request, response) => {
        asked.push(request.url ?? "")
        if (request.headers.authorization !== undefined) credentials.push(request.headers.authorization)
        request.resume()
        answer(request, response)
      })
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const host = `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`
        const close = () => {
          server.closeAllConnections()
          server.close()
        }
        resume(Effect.succeed({ host, url: `http://${host}`, credentials, asked, close }))
      })
    }),
    ({ close }) => Effect.sync(close)
  )

const asksWho = listener((_, response) => {
  response.writeHead(401, { "www-authenticate": "Basic realm=\"git\"" }).end()
})

const sendsOn = (to: string, status: number) =>
  listener(({ url = "" }, response) => void response.writeHead(status, { location: `${to}${url}` }).end())

const basic = Buffer.from(`x-access-token:${gitToken}`).toString("base64")
const hasToken = ({ credentials }: Listener) =>
  credentials.some((each) => each.includes(basic) || each.includes(gitToken))

/** Lets the broker look at its remotes, as the runner does first. */
const look = Effect.fnUntraced(function*(changes: Readonly<Record<string, string>>, role = "target") {
  const around = yield* place
  const environment = { ...around.environment, GIT_ALLOW_PROTOCOL: "http:file", GIT_INSTEAD_OF: "{}", ...changes }
  const broker = yield* startBroker(environment)
  const clone = join(around.folder, "clone")
  mkdirSync(clone)
  yield* agentGit(broker, clone)("ls-remote", `${broker.url}/git/${role}.git`)
})

const at = ({ url }: Listener) => ({
  REPOSITORY_URL: `${url}/acme/target.git`,
  DOCS_REPOSITORY_URL: `${url}/acme/docs.git`
})

describe("git", () => {
  it.live.each([
    { name: "a host that merely may be named", hosts: () => "*", want: false },
    { name: "a host that is written", hosts: (host: string) => host, want: true },
    { name: "a host that is written beside the asterisk", hosts: (host: string) => `*, ${host}`, want: true },
    { name: "a host of which another port is written", hosts: () => "*,127.0.0.1:1", want: false },
    { name: "a host of which the usual port is written", hosts: () => "*,127.0.0.1", want: false }
  ])("$name gets the token: $want", ({ hosts, want }) =>
    Effect.gen(function*() {
      const remote = yield* asksWho
      yield* look({ ...at(remote), GIT_ALLOWED_HOSTS: hosts(remote.host) })
      assert.isNotEmpty(remote.asked)
      assert.strictEqual(hasToken(remote), want)
      if (!want) assert.deepStrictEqual(remote.credentials, [])
    }))

  it.live.each(["", "github.com", "127.0.0.1", "127.0.0.1:1", "localhost"])(
    "a host beside the list %j is not asked at all",
    (list) =>
      Effect.gen(function*() {
        const remote = yield* asksWho
        const around = yield* place
        const environment = {
          ...around.environment,
          ...at(remote),
          GIT_INSTEAD_OF: "{}",
          GIT_ALLOW_PROTOCOL: "http",
          GIT_ALLOWED_HOSTS: list
        }
        assert.strictEqual(yield* brokerThatGivesUp(environment), 1)
        assert.include(brokerReportAt(environment).problem, "git.allowedHosts")
        assert.deepStrictEqual(remote.asked, [])
      })
  )

  it.live("the docs' host does not get the token that is for the target's", () =>
    Effect.gen(function*() {
      const [target, docs] = [yield* asksWho, yield* asksWho]
      yield* look({
        REPOSITORY_URL: `${target.url}/acme/target.git`,
        DOCS_REPOSITORY_URL: `${docs.url}/acme/docs.git`,
        GIT_ALLOWED_HOSTS: `*,${target.host}`
      }, "docs")
      assert.isNotEmpty(docs.asked)
      assert.deepStrictEqual(docs.credentials, [])
    }))

  it.live.each([301, 302, 307, 308])(
    "a host to which another one sends us on (%i) does not get it",
    (status) =>
      Effect.gen(function*() {
        const evil = yield* asksWho
        const forge = yield* sendsOn(evil.url, status)
        yield* look({ ...at(forge), GIT_ALLOWED_HOSTS: `*,${forge.host}` })
        assert.isNotEmpty(forge.asked)
        assert.deepStrictEqual(evil.credentials, [])
      })
  )

  it.live("a host of the list that sends us to one beside it is not obeyed", () =>
    Effect.gen(function*() {
      const internal = yield* asksWho
      const allowed = yield* sendsOn(internal.url, 302)
      yield* look({ ...at(allowed), GIT_ALLOWED_HOSTS: allowed.host })
      assert.isNotEmpty(allowed.asked)
      assert.deepStrictEqual(internal.asked, [])
    }))

  it.live("the mirror that the administrator has put in a forge's place gets it", () =>
    Effect.gen(function*() {
      const mirror = yield* asksWho
      yield* look({ GIT_INSTEAD_OF: JSON.stringify({ "https://github.com/": `${mirror.url}/` }) })
      assert.isTrue(hasToken(mirror))
    }))
})

describe("the forge's API", () => {
  it.live.each([301, 302, 303, 307, 308])("sends nobody on with the token (%i)", (status) =>
    Effect.gen(function*() {
      const evil = yield* listener((_, response) => void response.end("[]"))
      const api = yield* sendsOn(evil.url, status)
      const around = yield* place
      const broker = yield* startBroker({
        ...around.environment,
        FORGE_GITHUB_HOSTS: JSON.stringify({ "github.com": api.url }),
        KNOWN_BRANCH: branch,
        KNOWN_HEAD: "0".repeat(40)
      })
      commitTo(around.remotes.target, branch, { "work.txt": "x" })
      yield* Effect.promise(() =>
        fetch(`${broker.url}/run/deliver`, {
          method: "POST",
          headers: { authorization: `Bearer ${broker.token}`, "content-type": "application/json" },
          body: JSON.stringify({ summary: "Done." })
        })
      )
      assert.isTrue(hasToken(api))
      assert.deepStrictEqual(evil.asked, [])
    }))

  it.each([
    "evil.example",
    "github.com.evil.example",
    "api.github.com",
    "constructor",
    "__proto__",
    "toString",
    "hasOwnProperty",
    ""
  ])(
    "is none for %j",
    (host) => assert.isUndefined(forgeOf(host, { githubHosts: {}, giteaHosts: {} }))
  )
})
