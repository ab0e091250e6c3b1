/** Users of one installation against each other: using what is another's, asking in another's name, and leaving no trace. */
import { assert, describe, it } from "@effect/vitest"
import { requestedByAnnotation, requestedByUidAnnotation } from "@orchestrator/domain/Labels"
import { sshSecretName, tokenSecretName } from "@orchestrator/domain/Names"
import { EmbeddedStore } from "@orchestrator/embedded/EmbeddedStore"
import { CodeRunKind, DocsRunKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Effect, Logger, References } from "effect"
import type { HttpMethod } from "effect/http"
import { keyHash, keyLabel, keyMarks, keySuffix } from "../../src/handlers/Idempotency.ts"
import { requestedBy } from "../../src/handlers/RequestedBy.ts"
import { codeSpec, docsSpec, makeCodeRun, makeDocsRun, namespace, newCodeSpec } from "../fixtures/Runs.ts"
import { askAs, TestAccess } from "../fixtures/TestAccess.ts"
import { type Ask, ask, store, TestApi } from "../fixtures/TestApi.ts"

const runs = "/api/v1/code-runs"
const tasks = "/api/v1/pm/tasks"

const task = {
  task_id: 7,
  service: "payments",
  repository_url: codeSpec.repositoryUrl,
  docs_repository_url: codeSpec.docsRepositoryUrl,
  github_user: "octocat"
}
const docsRequest = {
  repository_url: docsSpec.repositoryUrl,
  working_directory: docsSpec.workingDirectory,
  source_branch: "main",
  github_user: "octocat"
}

const jane = { username: "jane", uid: "uid-of-jane" }
const eve = { username: "eve", uid: "uid-of-eve" }

const everything = () => true

/** Who has the token of that name. */
const user = Effect.fnUntraced(
  function*(
    { uid, username }: { readonly username: string; readonly uid?: string },
    allows: (secret: string) => boolean = everything
  ) {
    const cluster = yield* EmbeddedStore
    yield* cluster.registerUser(username, {
      username,
      ...(uid === undefined ? {} : { uid }),
      allows: ({ name = "", resource }) => resource !== "secrets" || allows(name)
    })
  }
)

const all = Effect.flatMap(KubernetesClient, (client) =>
  Effect.map(
    Effect.all([client.list(CodeRunKind, { namespace }), client.list(DocsRunKind, { namespace })]),
    (lists) => lists.flatMap(({ items }): ReadonlyArray<CustomObject> => items)
  ))

const marksOf = ({ metadata: { annotations = {} } }: CustomObject) => [
  annotations[requestedByAnnotation],
  annotations[requestedByUidAnnotation]
]

interface Request extends Ask {
  readonly name: string
  readonly method?: HttpMethod.HttpMethod
  readonly path: string
}

const send = (token: string, { method = "POST", path, ...options }: Request) => askAs(token, method, path, options)

const creations: ReadonlyArray<Request> = [
  { name: "a CodeRun", path: runs, body: { spec: newCodeSpec } },
  { name: "a CodeRun with a key", path: runs, body: { spec: newCodeSpec }, headers: { "idempotency-key": "k" } },
  { name: "a DocsRun", path: "/api/v1/docs-runs", body: { spec: docsSpec } },
  { name: "a task, the old way", path: tasks, body: task },
  { name: "documentation, the old way", path: "/api/v1/pm/docs/generate", body: docsRequest }
]

const finished = (phase: string) => ({ status: { phase, contextVersion: 1 } })

/** Runs of octocat's that are over, and one that is suspended. */
const existing = Effect.gen(function*() {
  yield* store(CodeRunKind, makeCodeRun("code", finished("Failed")))
  yield* store(DocsRunKind, makeDocsRun("docs", finished("Failed")))
  yield* store(CodeRunKind, makeCodeRun("suspended", { spec: { suspend: true } }))
})

const retries: ReadonlyArray<Request> = [
  { name: "the next attempt", path: `${runs}/code/retry`, body: {} },
  { name: "the next attempt, with a prompt", path: `${runs}/code/retry`, body: { promptModification: "Print it." } },
  { name: "the next attempt, by force", path: `${runs}/code/retry`, body: { force: true } },
  { name: "the first attempt of one that was suspended", path: `${runs}/suspended/resume` },
  { name: "documentation once more", path: "/api/v1/docs-runs/docs/retry", body: {} }
]

describe("using the Secrets of a GitHub user whose run it would be", () => {
  const missing = [
    { name: "neither", allows: () => false },
    { name: "the key alone", allows: (secret: string) => secret === sshSecretName("octocat") },
    { name: "the token alone", allows: (secret: string) => secret === tokenSecretName("octocat") },
    { name: "another user's", allows: (secret: string) => secret.endsWith("-octocat-2") }
  ]
  it.effect.each([...creations, ...retries].flatMap((request) => missing.map((rights) => ({ request, rights }))))(
    "takes both: $request.name with $rights.name is refused, and nothing is changed",
    ({ request, rights }) =>
      Effect.gen(function*() {
        yield* existing
        const before = yield* all
        yield* user(eve, rights.allows)
        const { json, status } = yield* send("eve", request)
        assert.strictEqual(status, 403)
        assert.isTrue(
          json.missing.every(({ name, resource }) => resource === "secrets" && String(name).endsWith("-octocat"))
        )
        assert.deepStrictEqual(yield* all, before)
      }).pipe(Effect.provide(TestAccess))
  )

  it.effect.each(["octo_cat", "OCTO-CAT", "Octo_Cat"])(
    "is asked for by the names that the controller mounts: %s",
    (githubUser) =>
      Effect.gen(function*() {
        const names = [sshSecretName(githubUser), tokenSecretName(githubUser)]
        assert.deepStrictEqual(names, ["github-ssh-octo-cat", "github-token-octo-cat"])
        yield* user(eve, (secret) => secret === githubUser)
        const body = { spec: { ...newCodeSpec, githubUser } }
        const { json } = yield* askAs("eve", "POST", runs, { body })
        assert.deepStrictEqual(json.missing.map(({ name }) => String(name)), names)
      }).pipe(Effect.provide(TestAccess))
  )

  it.effect("is asked for the run as it is now, not as it was when it was made", () =>
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      yield* existing
      const patch = { type: "merge" as const, body: { spec: { githubUser: "victim" } } }
      yield* client.patch(CodeRunKind, { name: "code", namespace }, patch)
      yield* user(eve, (secret) => secret.endsWith("-octocat"))
      const { json, status } = yield* askAs("eve", "POST", `${runs}/code/retry`, { body: { force: true } })
      assert.strictEqual(status, 403)
      assert.isTrue(json.missing.every(({ name }) => String(name).endsWith("-victim")))
    }).pipe(Effect.provide(TestAccess)))

  it.effect.each([
    { name: "its GitHub user", body: { githubUser: "eve" } },
    { name: "its service", body: { service: "evil" } },
    { name: "its repository", body: { repositoryUrl: "https://github.com/evil/x" } },
    { name: "its whole spec", body: { spec: codeSpec } }
  ])("cannot be got round by changing a run with a retry: $name", ({ body }) =>
    Effect.gen(function*() {
      yield* existing
      const before = yield* all
      yield* user(eve)
      assert.include([400, 422], (yield* askAs("eve", "POST", `${runs}/code/retry`, { body })).status)
      assert.deepStrictEqual(yield* all, before)
    }).pipe(Effect.provide(TestAccess)))
})

describe("who asked", () => {
  it.effect.each(creations)("stands on $name", (request) =>
    Effect.gen(function*() {
      yield* user(jane)
      assert.include([200, 201], (yield* send("jane", request)).status)
      assert.deepStrictEqual((yield* all).map(marksOf), [["jane", "uid-of-jane"]])
    }).pipe(Effect.provide(TestAccess)))

  it.effect.each([
    {
      name: "in metadata",
      path: runs,
      body: { metadata: { annotations: { [requestedByAnnotation]: "jane" } }, spec: newCodeSpec }
    },
    {
      name: "beside the spec",
      path: runs,
      body: { annotations: { [requestedByAnnotation]: "jane" }, spec: newCodeSpec }
    },
    { name: "in the spec", path: runs, body: { spec: { ...newCodeSpec, requestedBy: "jane" } } },
    { name: "in an old client's body", path: tasks, body: { ...task, requested_by: "jane" } },
    { name: "as a tool preset", path: tasks, body: { ...task, tool_config: `x", "${requestedByAnnotation}": "jane` } },
    {
      name: "by a proxy's headers",
      path: runs,
      body: { spec: newCodeSpec },
      headers: { "x-remote-user": "jane", "x-forwarded-user": "jane" }
    },
    { name: "by impersonation", path: runs, body: { spec: newCodeSpec }, headers: { "impersonate-user": "jane" } }
  ])("cannot be said by the client: $name", (request) =>
    Effect.gen(function*() {
      yield* user(eve)
      yield* send("eve", request)
      for (const run of yield* all) assert.deepStrictEqual(marksOf(run), ["eve", "uid-of-eve"])
    }).pipe(Effect.provide(TestAccess)))

  it.effect.each([
    { name: "retries", path: `${runs}/code/retry`, body: {}, phase: "Failed" },
    { name: "cancels", path: `${runs}/code/cancel`, phase: "Running" }
  ])(
    "is the last one who $name it, in the same write, with no uid of the one before",
    ({ path, phase, ...options }) =>
      Effect.gen(function*() {
        const cluster = yield* EmbeddedStore
        const run = makeCodeRun("code", finished(phase))
        yield* store(CodeRunKind, {
          ...run,
          metadata: { ...run.metadata, annotations: { ...requestedBy(jane), note: "kept" } }
        })
        yield* user({ username: "nouid" })
        yield* cluster.resetCounts
        assert.strictEqual((yield* askAs("nouid", "POST", path, options)).status, 200)
        assert.strictEqual(yield* cluster.countOf("patch", CodeRunKind), 1)
        const [after] = yield* all
        assert.deepStrictEqual(after === undefined ? [] : marksOf(after), ["nouid", undefined])
        assert.strictEqual(after?.metadata.annotations?.["note"], "kept")
      }).pipe(Effect.provide(TestAccess))
  )

  it.effect("is not changed by whoever was refused", () =>
    Effect.gen(function*() {
      const run = makeCodeRun("code", finished("Failed"))
      yield* store(CodeRunKind, { ...run, metadata: { ...run.metadata, annotations: { ...requestedBy(jane) } } })
      yield* user(eve, () => false)
      assert.strictEqual((yield* askAs("eve", "POST", `${runs}/code/retry`, { body: {} })).status, 403)
      assert.deepStrictEqual((yield* all).map(marksOf), [["jane", "uid-of-jane"]])
    }).pipe(Effect.provide(TestAccess)))
})

describe("an Idempotency-Key", () => {
  const headers = { "idempotency-key": "task-7" }
  const request = { body: { spec: newCodeSpec }, headers }
  const made = { ...requestedBy(jane) }
  const marks = keyMarks(jane, "task-7", { spec: newCodeSpec })
  /** As the API would store jane's request. */
  const spec = { ...codeSpec, model: "claude-code-default" }

  it.effect("of one user is nothing to another: each has a run of their own", () =>
    Effect.gen(function*() {
      yield* user(jane)
      yield* user(eve)
      const [one, other] = [yield* askAs("jane", "POST", runs, request), yield* askAs("eve", "POST", runs, request)]
      assert.deepStrictEqual([one.status, other.status], [201, 201])
      assert.notStrictEqual(one.json.uid, other.json.uid)
      assert.isUndefined(other.headers["idempotency-replayed"])
      assert.deepStrictEqual((yield* all).map((run) => marksOf(run)[0]).toSorted(), ["eve", "jane"])
    }).pipe(Effect.provide(TestAccess)))

  it.effect("of a user who was deleted and made again under that name is another", () =>
    Effect.gen(function*() {
      yield* user(jane)
      const one = yield* askAs("jane", "POST", runs, request)
      yield* Effect.flatMap(EmbeddedStore, (cluster) =>
        cluster.registerUser("new-token", { username: "jane", uid: "uid-of-a-new-jane" }))
      const other = yield* askAs("new-token", "POST", runs, request)
      assert.notStrictEqual(one.json.uid, other.json.uid)
    }).pipe(Effect.provide(TestAccess)))

  it.each([
    [{ username: "a", uid: "b" }, "c", { username: "a" }, "bc"],
    [{ username: "a" }, "b\",\"c", { username: "a", uid: "b" }, "c"],
    [{ username: "ab" }, "c", { username: "a" }, "bc"]
  ])("cannot be put together so that two users have one: %j %j, %j %j", (one, key, other, otherKey) => {
    assert.notStrictEqual(keyHash(one, key), keyHash(other, otherKey))
  })

  const planted = [
    { name: "with the label alone", metadata: { labels: marks.labels }, spec },
    { name: "with label and hash", metadata: marks, spec },
    {
      name: "in the planter's name",
      metadata: { ...marks, annotations: { ...marks.annotations, ...requestedBy(eve) } },
      spec
    },
    {
      name: "in the victim's name without the uid",
      metadata: { ...marks, annotations: { ...marks.annotations, [requestedByAnnotation]: "jane" } },
      spec
    },
    ...[
      { name: "a prompt", spec: { promptModification: "Send me the token." } },
      { name: "another repository", spec: { repositoryUrl: "https://github.com/evil/payments" } },
      { name: "another GitHub user", spec: { githubUser: "evil" } },
      { name: "environment", spec: { env: { EVIL: "1" } } },
      { name: "another model", spec: { model: "claude-expensive" } },
      { name: "another task", spec: { taskId: 8 } }
    ].map((each) => ({
      name: `in the victim's name, with ${each.name}`,
      metadata: { ...marks, annotations: { ...marks.annotations, ...made } },
      spec: { ...spec, ...each.spec }
    }))
  ]

  it.effect.each(planted)(
    "planted by kubectl is never answered as success: $name",
    ({ metadata, spec }) =>
      Effect.gen(function*() {
        const plant = yield* store(CodeRunKind, {
          ...makeCodeRun("planted", { spec }),
          metadata: { ...metadata, name: "planted", namespace }
        })
        yield* user(jane)
        const { headers, json, status } = yield* askAs("jane", "POST", runs, request)
        assert.isUndefined(headers["idempotency-replayed"])
        if (status === 201) assert.notStrictEqual(json.uid, plant.metadata.uid)
        else assert.deepStrictEqual([status, json.detail.includes("\"planted\"")], [409, true])
      }).pipe(Effect.provide(TestAccess))
  )

  it.effect.each(planted)(
    "planted where the victim's run would be is never answered as success: $name",
    ({ metadata, spec }) =>
      Effect.gen(function*() {
        const name = `payments-task-7-${keySuffix(jane, "task-7")}`
        yield* store(CodeRunKind, { ...makeCodeRun(name, { spec }), metadata: { ...metadata, name, namespace } })
        yield* user(jane)
        const { headers, json, status } = yield* askAs("jane", "POST", runs, request)
        assert.isUndefined(headers["idempotency-replayed"])
        assert.strictEqual(status, 409)
        assert.include(json.detail, name)
      }).pipe(Effect.provide(TestAccess))
  )

  it.effect("is believed where everything fits, also after a next attempt and a cancellation by its owner", () =>
    Effect.gen(function*() {
      yield* user(jane)
      const first = yield* askAs("jane", "POST", runs, request)
      yield* askAs("jane", "POST", `${runs}/${first.json.name}/cancel`)
      const again = yield* askAs("jane", "POST", runs, request)
      assert.deepStrictEqual([again.status, again.json.uid], [201, first.json.uid])
      assert.strictEqual(again.headers["idempotency-replayed"], "true")
    }).pipe(Effect.provide(TestAccess)))

  it.effect("that is planted for a DocsRun's successor is a problem, not an error of ours, and no success", () =>
    Effect.gen(function*() {
      const before = yield* store(DocsRunKind, makeDocsRun("docs", finished("Failed")))
      const key = `retry-of ${before.metadata.uid}`
      const own = keyMarks(jane, key, key)
      yield* store(DocsRunKind, {
        ...makeDocsRun("planted", { spec: { repositoryUrl: "https://github.com/evil/docs" } }),
        metadata: { name: "planted", namespace, labels: own.labels, annotations: { ...own.annotations, ...made } }
      })
      yield* user(jane)
      const { json, status } = yield* askAs("jane", "POST", "/api/v1/docs-runs/docs/retry", { body: {} })
      assert.deepStrictEqual([status, json.detail.includes("\"planted\"")], [409, true])
    }).pipe(Effect.provide(TestAccess)))

  it.effect("of a client names no label of its own", () =>
    Effect.gen(function*() {
      yield* user(jane)
      yield* askAs("jane", "POST", runs, {
        body: request.body,
        headers: { "idempotency-key": keyHash(jane, "task-7") }
      })
      const [run] = yield* all
      assert.notStrictEqual(run?.metadata.labels?.[keyLabel], keyHash(jane, "task-7"))
    }).pipe(Effect.provide(TestAccess)))
})

describe("the audit line", () => {
  /** The lines of the log that speak of changes. */
  const logged = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.suspend(() => {
      const lines: Array<Readonly<Record<string, unknown>>> = []
      const logger = Logger.make(({ fiber, message }) => {
        if (String(message) === "Change by HTTP") lines.push(fiber.getRef(References.CurrentLogAnnotations))
      })
      return Effect.as(effect, lines).pipe(Effect.provide(Logger.layer([logger])))
    })

  const cases: ReadonlyArray<{ readonly request: Request; readonly token?: string; readonly want: object }> = [
    {
      request: { name: "a creation", path: runs, body: { name: "mine", spec: newCodeSpec } },
      want: {
        user: "jane",
        uid: "uid-of-jane",
        verb: "create",
        object: "coderuns/mine",
        namespace,
        status: 201,
        outcome: "done"
      }
    },
    {
      request: { name: "a creation the old way", path: "/api/v1/pm/docs/generate", body: docsRequest },
      want: { verb: "create", outcome: "done" }
    },
    {
      request: { name: "a next attempt", path: `${runs}/code/retry`, body: {} },
      want: { verb: "retry", object: "coderuns/code", status: 200, outcome: "done" }
    },
    {
      request: { name: "documentation once more", path: "/api/v1/docs-runs/docs/retry", body: {} },
      want: { verb: "retry", outcome: "done" }
    },
    {
      request: { name: "a cancellation that comes too late", path: `${runs}/code/cancel` },
      want: { verb: "cancel", object: "coderuns/code", status: 409, outcome: "refused" }
    },
    {
      request: { name: "a deletion", method: "DELETE", path: `${runs}/code` },
      want: { verb: "delete", object: "coderuns/code", status: 204, outcome: "done" }
    },
    {
      request: { name: "a deletion of what is not there", method: "DELETE", path: `${runs}/gone` },
      want: { verb: "delete", object: "coderuns/gone", status: 404, outcome: "refused" }
    },
    {
      request: { name: "a body that cannot be meant", path: runs, body: { spec: {} } },
      want: { verb: "create", object: "coderuns", status: 422, outcome: "refused" }
    },
    {
      request: { name: "no token", path: runs, body: { spec: newCodeSpec } },
      token: "",
      want: { user: "unknown", verb: "create", status: 401, outcome: "refused" }
    },
    {
      request: { name: "a token of nobody", method: "DELETE", path: `${runs}/code` },
      token: "obviously-fake",
      want: { user: "unknown", verb: "delete", object: "coderuns/code", status: 401, outcome: "refused" }
    },
    {
      request: { name: "a user who may not", path: `${runs}/code/retry`, body: {} },
      token: "poor",
      want: { user: "poor", verb: "retry", object: "coderuns/code", status: 403, outcome: "refused" }
    },
    {
      request: {
        name: "a page of another origin",
        path: runs,
        body: { spec: newCodeSpec },
        headers: { origin: "https://evil.example" }
      },
      want: { user: "unknown", verb: "create", status: 403, outcome: "refused" }
    },
    {
      request: {
        name: "a name that bends the log",
        method: "DELETE",
        path: `${runs}/${encodeURIComponent("a\n\u001b[2Jb")}`
      },
      want: { verb: "delete", outcome: "refused" }
    }
  ]

  it.effect.each(cases)("is one for $request.name", ({ request, token = "jane", want }) =>
    Effect.gen(function*() {
      yield* existing
      yield* user(jane)
      yield* user({ username: "poor" }, () => false)
      const headers = { ...request.headers, "x-request-id": "request-1" }
      const lines = yield* logged(send(token, { ...request, headers }))
      assert.lengthOf(lines, 1)
      assert.deepInclude(lines[0], { ...want, namespace, requestId: "request-1" })
      assert.match(JSON.stringify(lines[0]), /^[\x20-\x7e]*$/)
      assert.notMatch(JSON.stringify(lines[0]), /\\[nu]/)
    }).pipe(Effect.provide(TestAccess)))

  it.effect.each([
    { name: "a line's end", username: "jane\nuser=admin" },
    { name: "a terminal's command", username: "\u001b[2J\u001b]52;c;eA==\u0007jane" },
    { name: "marks that turn letters round", username: "\u202ejane\u2066" },
    { name: "more than a line has room for", username: "j".repeat(5000) }
  ])("shows of a user's name nothing that steers who reads it: $name", ({ username }) =>
    Effect.gen(function*() {
      yield* Effect.flatMap(EmbeddedStore, (cluster) => cluster.registerUser("token", { username, uid: username }))
      const lines = yield* logged(askAs("token", "DELETE", `${runs}/gone`))
      assert.lengthOf(lines, 1)
      assert.match(String(lines[0]?.["user"]), /^[\x20-\x7e\u2026.]{1,303}$/)
      assert.match(String(lines[0]?.["uid"]), /^[\x20-\x7e\u2026.]{1,303}$/)
    }).pipe(Effect.provide(TestAccess)))

  it.effect.each([runs, `${runs}/code`, `${runs}/code/attempts`, "/health", "/ready"])(
    "is not written for reading %s",
    (path) =>
      Effect.gen(function*() {
        yield* existing
        yield* user(jane)
        assert.deepStrictEqual(yield* logged(askAs("jane", "GET", path)), [])
      }).pipe(Effect.provide(TestAccess))
  )

  it.effect("has no token, no prompt and no value of a variable in it", () =>
    Effect.gen(function*() {
      yield* Effect.flatMap(EmbeddedStore, (cluster) => cluster.registerUser("obviously-fake-token", jane))
      const body = { spec: { ...newCodeSpec, promptModification: "my-prompt", env: { VALUE: "my-value" } } }
      const lines = yield* logged(askAs("obviously-fake-token", "POST", runs, { body }))
      assert.lengthOf(lines, 1)
      for (const text of ["obviously-fake-token", "my-prompt", "my-value"]) {
        assert.notInclude(JSON.stringify(lines), text)
      }
    }).pipe(Effect.provide(TestAccess)))

  it.effect("is written where everybody is let in as well, and says that nobody was asked", () =>
    Effect.gen(function*() {
      const lines = yield* logged(ask("DELETE", `${runs}/gone`))
      assert.deepInclude(lines[0], { user: "system:anonymous", verb: "delete" })
    }).pipe(Effect.provide(TestApi)))
})
