/**
 * What adding a version of the API would take: the definition serves `v1beta2` beside `v1`, which stays what is stored, and a webhook on the
 * product's own conversion. On a control plane of its own, since definitions are everybody's.
 */
import { assert, it } from "@effect/vitest"
import { answerReview, movedFields } from "@orchestrator/domain/Conversion"
import type { StructuralSchema } from "@orchestrator/domain/CustomResourceDefinition"
import { definitionOf } from "@orchestrator/domain/CustomResourceDefinition"
import { codeRun } from "@orchestrator/domain/kinds/CodeRunKind"
import { CodeRunKind, CustomResourceDefinitionKind, type Kind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { layerWith as liveClient } from "@orchestrator/k8s/live/LiveClient"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Effect, Layer } from "effect"
import { readFileSync } from "node:fs"
import { createServer } from "node:https"
import { join } from "node:path"
import { json } from "node:stream/consumers"
import { anotherPlane } from "./ControlPlane.ts"
import { eventually } from "./Eventually.ts"

/** Where it has what v1 has. */
const betaMoves = [
  { hub: ["spec", "repositoryUrl"], here: ["spec", "repository", "url"] },
  { hub: ["spec", "workingDirectory"], here: ["spec", "repository", "directory"] },
  { hub: ["spec", "docsRepositoryUrl"], here: ["spec", "docs", "url"] },
  { hub: ["spec", "docsBranch"], here: ["spec", "docs", "branch"] },
  { hub: ["spec", "docsProjectDirectory"], here: ["spec", "docs", "project"] }
] as const

const betaVersions = { v1beta2: movedFields(betaMoves) }

const BetaKind: Kind<CustomObject> = { ...CodeRunKind, version: "v1beta2" }
const definition = definitionOf(codeRun)
const [v1] = definition.spec.versions
const named = { name: "api", namespace: "default" }

/** The schema of v1 with the moved fields in their new places, which are required where they were. */
const moved = (schema: StructuralSchema): StructuralSchema => {
  const { "x-kubernetes-validations": _, properties = {}, required = [], ...spec } = schema
  const groups: Record<string, { properties: Record<string, StructuralSchema>; required: Array<string> }> = {}
  const left = new Map(Object.entries(properties))
  for (const { here: [, group, name], hub: [, old] } of betaMoves) {
    const into = groups[group] ??= { properties: {}, required: [] }
    into.properties[name] = properties[old] ?? {}
    if (required.includes(old)) into.required.push(name)
    left.delete(old)
  }
  const objects = Object.entries(groups).map(([name, inside]) => [name, { type: "object", ...inside }] as const)
  return {
    ...spec,
    properties: { ...Object.fromEntries(left), ...Object.fromEntries(objects) },
    required: [...required.filter((name) => left.has(name)), ...Object.keys(groups)]
  }
}

/** Answers reviews under the API server's own certificate, and counts them. */
const webhook = (folder: string) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly url: string; readonly close: () => void; reviews: number }>((resume) => {
      const pki = (file: string) => readFileSync(join(folder, "pki", file))
      const counted = { reviews: 0 }
      const server = createServer(
        { key: pki("apiserver.key"), cert: pki("apiserver.crt") },
        async (request, response) => {
          counted.reviews++
          const { request: review } = await json(request) as { request: Parameters<typeof answerReview>[1] }
          response.writeHead(200, { "content-type": "application/json" })
          response.end(JSON.stringify(answerReview(betaVersions, review)))
        }
      )
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" ? address?.port : 0
        const close = () => {
          server.closeAllConnections()
          server.close()
        }
        resume(Effect.succeed(Object.assign(counted, { url: `https://127.0.0.1:${port}/convert`, close })))
      })
    }),
    ({ close }) => Effect.sync(close)
  )

const spec = {
  taskId: 3,
  service: "api",
  repositoryUrl: "https://github.com/acme/api.git",
  docsRepositoryUrl: "https://github.com/acme/docs.git",
  docsBranch: "main",
  workingDirectory: ".",
  model: "claude-sonnet-4-20250514",
  githubUser: "ada",
  env: { LEVEL: "debug" }
}

const betaSpec = {
  taskId: 3,
  service: "api",
  repository: { url: spec.repositoryUrl, directory: "." },
  docs: { url: spec.docsRepositoryUrl, branch: "main" },
  model: spec.model,
  githubUser: "ada",
  env: { LEVEL: "debug" }
}

it.live(
  "a v1beta2 can be added: the same runs in other words, v1 stored, and v1 served whatever becomes of the webhook",
  () =>
    Effect.scoped(Effect.gen(function*() {
      const folder = yield* anotherPlane
      const hook = yield* webhook(folder)
      yield* Effect.gen(function*() {
        const client = yield* KubernetesClient
        yield* client.create(CustomResourceDefinitionKind, definition)
        const create = client.create(CodeRunKind, { metadata: named, spec })
        const old = yield* eventually("v1 to be served", create, () => true)
        const status = { phase: "Running", jobName: "code-api-v1", sessionId: "s1" }
        yield* client.replaceStatus(CodeRunKind, { ...old, status })

        const { schema: { openAPIV3Schema: { properties = {}, ...schema } }, ...version } = v1 ?? assert.fail("no v1")
        const beta = {
          ...version,
          name: "v1beta2",
          storage: false,
          // Not v1's alone: the API server takes what all versions select by for the definition's, which has no schema, and refuses it.
          selectableFields: [...version.selectableFields, { jsonPath: ".spec.service" }],
          schema: {
            openAPIV3Schema: { ...schema, properties: { ...properties, spec: moved(properties["spec"] ?? {}) } }
          }
        }
        const clientConfig = { url: hook.url, caBundle: readFileSync(join(folder, "pki/ca.crt")).toString("base64") }
        const conversion = { strategy: "Webhook", webhook: { conversionReviewVersions: ["v1"], clientConfig } }
        const crd = { name: definition.metadata.name }
        yield* client.patch(CustomResourceDefinitionKind, crd, {
          type: "merge",
          body: { spec: { versions: [v1, beta], conversion } }
        })
        const read = yield* eventually("v1beta2 to be served", client.get(BetaKind, named), () => true)
        // And what the definition gives a run that says nothing.
        assert.deepInclude(read.spec, betaSpec)
        for (const { hub: [, name] } of betaMoves) assert.notProperty(read.spec, name)
        assert.deepStrictEqual(read.status, status)
        assert.strictEqual(read.metadata.uid, old.metadata.uid)

        // Written in the new words, by a person and by a program, and read in the old ones.
        yield* client.patch(BetaKind, named, { type: "merge", body: { spec: { docs: { branch: "next" } } } })
        yield* client.create(BetaKind, { metadata: { name: "new", namespace: "default" }, spec: betaSpec })
        yield* client.patchStatus(BetaKind, named, { type: "merge", body: { status: { phase: "Succeeded" } } })
        const after = yield* client.get(CodeRunKind, named)
        assert.deepStrictEqual(after.spec, { ...old.spec, docsBranch: "next" })
        assert.deepStrictEqual(after.status, { ...status, phase: "Succeeded" })
        assert.deepStrictEqual((yield* client.get(CodeRunKind, { ...named, name: "new" })).spec, old.spec)
        const listed = yield* client.list(BetaKind, { namespace: "default" })
        assert.deepStrictEqual(listed.items.map((run) => run.spec["repository"]), [
          betaSpec.repository,
          betaSpec.repository
        ])
        const refused = yield* Effect.flip(
          client.create(BetaKind, {
            metadata: { name: "wrong", namespace: "default" },
            spec: { ...betaSpec, docs: {} }
          })
        )
        assert.include(refused.message, "spec.docs.url")

        // v1 is what is stored: without the webhook the program goes on.
        assert.isAbove(hook.reviews, 0)
        hook.close()
        const until = hook.reviews
        assert.lengthOf((yield* client.list(CodeRunKind, { namespace: "default" })).items, 2)
        yield* client.patchStatus(CodeRunKind, named, { type: "merge", body: { status: { message: "Done." } } })
        assert.include((yield* Effect.flip(client.get(BetaKind, named))).message, "conversion webhook")
        assert.strictEqual(hook.reviews, until)

        // And it can be taken away again: nothing was ever stored as it.
        const { status: stored } = yield* client.patch(CustomResourceDefinitionKind, crd, {
          type: "merge",
          body: { spec: { versions: [v1], conversion: { strategy: "None", webhook: null } } }
        })
        assert.deepInclude(stored, { storedVersions: ["v1"] })
        assert.strictEqual((yield* client.get(CodeRunKind, named)).status?.["message"], "Done.")
      }).pipe(Effect.provide(Layer.fresh(liveClient({ kubeconfig: join(folder, "kubeconfig") }))))
    })),
  240_000
)
