/** The roles of chart/DEPLOYMENT.md, as they are written there: what they let people do, and that no one reads a Secret by them. */
import { assert, describe, it } from "@effect/vitest"
import { ourLabels } from "@orchestrator/domain/Labels"
import { EmbeddedStore } from "@orchestrator/embedded/EmbeddedStore"
import { CodeRunKind, DocsRunKind, PersistentVolumeClaimKind } from "@orchestrator/k8s/Kinds"
import type { SubjectAccessReview } from "@orchestrator/k8s/Objects"
import { Effect } from "effect"
import type { HttpMethod } from "effect/http"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { parseAllDocuments } from "yaml"
import { makeCodeRun, makeDocsRun, namespace, newCodeSpec, newDocsSpec } from "../fixtures/Runs.ts"
import { askAs, TestAccess } from "../fixtures/TestAccess.ts"
import { store } from "../fixtures/TestApi.ts"

type Attributes = NonNullable<SubjectAccessReview["spec"]["resourceAttributes"]>

interface Rule {
  readonly apiGroups: ReadonlyArray<string>
  readonly resources: ReadonlyArray<string>
  readonly resourceNames?: ReadonlyArray<string>
  readonly verbs: ReadonlyArray<string>
}

interface Role {
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly rules: ReadonlyArray<Rule>
}

const guide = readFileSync(join(import.meta.dirname, "../../../../chart/DEPLOYMENT.md"), "utf8")

const roles = [...guide.matchAll(/<< 'END'\n([\s\S]*?)\nEND\n/g)]
  .flatMap(([, text = ""]) => parseAllDocuments(text).map((document): Role => document.toJS()))
  .filter(({ kind }) => kind === "Role")

/** As the API server's RBAC decides. */
const allows =
  ({ rules }: Role) => ({ group = "", name, resource = "", subresource, verb = "" }: Attributes): boolean => {
    const asked = subresource === undefined ? resource : `${resource}/${subresource}`
    return rules.some((rule) =>
      rule.apiGroups.includes(group) && rule.resources.includes(asked) && rule.verbs.includes(verb) &&
      (rule.resourceNames === undefined || (name !== undefined && rule.resourceNames.includes(name)))
    )
  }

const roleOf = (wanted: string): Role => {
  const role = roles.find(({ metadata }) => metadata.name === wanted)
  assert.isDefined(role, `chart/DEPLOYMENT.md has a role ${wanted}`)
  return role ?? { kind: "Role", metadata: { name: wanted }, rules: [] }
}

const githubUser = "your-github-user"

const world = Effect.gen(function*() {
  const spec = { githubUser }
  for (const [name, phase] of [["ended", "Failed"], ["works", "Running"], ["gone", "Failed"]] as const) {
    yield* store(CodeRunKind, makeCodeRun(name, { spec, status: { phase } }))
    yield* store(DocsRunKind, makeDocsRun(name, { spec, status: { phase } }))
  }
  yield* store(PersistentVolumeClaimKind, {
    metadata: { name: "w", namespace, labels: { ...ourLabels, component: "workspace" } },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } }
  })
})

const holding = Effect.fnUntraced(function*(role: Role) {
  yield* (yield* EmbeddedStore).registerUser("ci", { username: "ci", groups: [], allows: allows(role) })
})

type Request = readonly [method: HttpMethod.HttpMethod, path: string, status: number, body?: object]

const reads: ReadonlyArray<Request> = [
  ["GET", "code-runs", 200],
  ["GET", "docs-runs", 200],
  ["GET", "code-runs/ended", 200],
  ["GET", "docs-runs/ended/attempts", 200],
  // Allowed: there is nothing to read.
  ["GET", "code-runs/ended/logs", 404],
  ["GET", "code-runs/ended/files", 404],
  ["GET", "workspaces", 200],
  ["GET", "workspaces/w", 200],
  ["GET", "models", 200],
  ["GET", "services", 200]
]

const changes: ReadonlyArray<Request> = [
  ["POST", "code-runs", 201, { spec: { ...newCodeSpec, githubUser } }],
  ["POST", "docs-runs", 201, { spec: { ...newDocsSpec, githubUser } }],
  ["POST", "code-runs/works/cancel", 200],
  ["POST", "docs-runs/works/cancel", 200],
  ["POST", "code-runs/ended/retry", 200, {}],
  ["POST", "docs-runs/ended/retry", 201, {}],
  ["POST", "code-runs/cancel", 200, { selector: { phase: "Running" } }],
  ["DELETE", "code-runs/gone", 204],
  ["DELETE", "docs-runs/gone", 204],
  // Allowed: nobody here knows whether it is idle.
  ["DELETE", "workspaces/w", 503]
]

const send = ([method, path, status, body]: Request) =>
  Effect.map(askAs("ci", method, `/api/v1/${path}`, body === undefined ? {} : { body }), (reply) => {
    assert.strictEqual(reply.status, status, `${method} ${path}: ${reply.text}`)
  })

describe("whoever has the role run-author", () => {
  it.effect("may do all that the API has, for runs as that GitHub user", () =>
    Effect.gen(function*() {
      yield* world
      yield* holding(roleOf("run-author"))
      yield* Effect.forEach([...reads, ...changes], send)
      const other = { spec: { ...newCodeSpec, githubUser: "octocat" } }
      yield* send(["POST", "code-runs", 403, other])
    }).pipe(Effect.provide(TestAccess)))
})

describe("whoever has the role run-reader", () => {
  it.effect("may read all of it and change nothing", () =>
    Effect.gen(function*() {
      yield* world
      yield* holding(roleOf("run-reader"))
      yield* Effect.forEach(reads, send)
      yield* Effect.forEach(
        // Asked for many, each run is refused in the answer.
        changes.filter(([, path]) => path !== "code-runs/cancel"),
        ([method, path, , body]) => send(body === undefined ? [method, path, 403] : [method, path, 403, body])
      )
    }).pipe(Effect.provide(TestAccess)))
})

describe("no role of the guide", () => {
  it.each(roles)("lets anybody read a Secret: $metadata.name", (role) => {
    for (const verb of ["get", "list", "watch"]) {
      for (const name of [`github-token-${githubUser}`, "orchestrator-secrets", undefined]) {
        const asked = { verb, group: "", resource: "secrets", ...(name === undefined ? {} : { name }) }
        assert.isFalse(allows(role)({ namespace, ...asked }), `${verb} ${name}`)
      }
    }
  })
})
