/**
 * Clients other than kubectl: what libraries of Go and Java send, and what people ask of a cluster that this one does not have. Nothing is
 * dropped unsaid, nothing is pretended.
 */
import { assert, describe, layer } from "@effect/vitest"
import { Effect, Predicate, Redacted } from "effect"
import { readFileSync } from "node:fs"
import { Agent, WebSocket } from "undici"
import { lacking } from "../../src/wire/Lacking.ts"
import { decodeProtobuf } from "../../src/wire/protobuf/Protobuf.ts"
import { WireServer } from "../../src/wire/WireServer.ts"
import { body, message, metadata } from "./GoWriter.ts"
import { makeAsk, served } from "./Served.ts"

const at = (value: unknown, ...path: ReadonlyArray<string | number>): unknown =>
  path.reduce((value, key) => Predicate.hasProperty(value, key) ? value[key] : undefined, value)

const managed = message(
  [1, metadata("m")],
  [
    1,
    message([17, message([1, "me"], [2, "Update"], [3, "v1"], [6, "FieldsV1"], [7, message([1, "{\"f:data\":{}}"])])])
  ]
)

const port = message([1, 1n], [2, 0n], [3, "http"])
const probe = message([1, message([2, message([1, "/"], [2, port])])], [2, 0n], [4, 5n])
const toleration = message([1, "gpu"], [2, "Exists"], [3, ""], [4, "NoExecute"], [5, 0n])
const affinity = message([
  1,
  message([1, message([1, message([1, message([1, "zone"], [2, "In"], [3, "a"], [3, "b"])])])])
])
const container = message([1, "main"], [2, "i"], [11, probe], [
  19,
  message([1, "A_"], [3, message([1, message([1, "s"])])])
])
const projected = message([
  26,
  message([1, message([2, message([1, message([1, "n"], [2, message([2, "metadata.name"])])])])])
])
const pod = message(
  [1, metadata("p")],
  [2, message([2, container], [18, affinity], [22, toleration], [1, message([1, "all"], [2, projected])])]
)

/** A double of Go: 8 bytes, wire type 1. */
const double = (number: number, value: number): Uint8Array => {
  const bytes = new Uint8Array(9)
  bytes[0] = (number << 3) | 1
  new DataView(bytes.buffer).setFloat64(1, value, true)
  return bytes
}
const schemaProps = Buffer.concat([message([5, "number"]), double(9, 2.5)])
const definition = message([1, metadata("d")], [
  2,
  message([1, "example.com"], [
    7,
    message([1, "v1"], [2, 1n], [3, 1n], [
      4,
      message([
        1,
        message([5, "object"], [29, message([1, "size"], [2, schemaProps])], [30, message([1, 1n])])
      ])
    ])
  ])
])

/** Bytes of a field of a typed object, and where the object then has what. */
const sent: ReadonlyArray<readonly [string, Uint8Array, ReadonlyArray<string | number>, unknown]> = [
  ["managedFields", body("v1", "ConfigMap", managed), ["metadata", "managedFields", 0, "fieldsV1"], { "f:data": {} }],
  ["who manages them", body("v1", "ConfigMap", managed), ["metadata", "managedFields", 0, "manager"], "me"],
  ["a toleration", body("v1", "Pod", pod), ["spec", "tolerations", 0, "effect"], "NoExecute"],
  ["zero seconds that count", body("v1", "Pod", pod), ["spec", "tolerations", 0, "tolerationSeconds"], 0],
  [
    "a probe's named port",
    body("v1", "Pod", pod),
    ["spec", "containers", 0, "readinessProbe", "httpGet", "port"],
    "http"
  ],
  ["a probe's period", body("v1", "Pod", pod), ["spec", "containers", 0, "readinessProbe", "periodSeconds"], 5],
  ["variables of a Secret", body("v1", "Pod", pod), ["spec", "containers", 0, "envFrom", 0, "secretRef", "name"], "s"],
  [
    "affinity",
    body("v1", "Pod", pod),
    [
      "spec",
      "affinity",
      "nodeAffinity",
      "requiredDuringSchedulingIgnoredDuringExecution",
      "nodeSelectorTerms",
      0,
      "matchExpressions",
      0,
      "values"
    ],
    ["a", "b"]
  ],
  [
    "a projected volume",
    body("v1", "Pod", pod),
    ["spec", "volumes", 0, "projected", "sources", 0, "downwardAPI", "items", 0, "fieldRef", "fieldPath"],
    "metadata.name"
  ],
  [
    "exit codes of a failure policy",
    body(
      "batch/v1",
      "Job",
      message([2, message([11, message([1, message([1, "FailJob"], [2, message([2, "In"], [3, 3n], [3, 4n])])])])])
    ),
    ["spec", "podFailurePolicy", "rules", 0, "onExitCodes", "values"],
    [3, 4]
  ],
  [
    "a status",
    body("v1", "Pod", message([3, message([1, "Running"], [8, message([1, "main"], [4, 0n], [5, 2n])])])),
    ["status", "containerStatuses", 0, "restartCount"],
    2
  ],
  [
    "a node's capacity",
    body("v1", "Node", message([3, message([1, message([1, "cpu"], [2, message([1, "4"])])])])),
    ["status", "capacity", "cpu"],
    "4"
  ],
  [
    "what one may do is asked of",
    body(
      "authorization.k8s.io/v1",
      "SelfSubjectAccessReview",
      message([2, message([1, message([2, "create"], [5, "pods"])])])
    ),
    ["spec", "resourceAttributes", "resource"],
    "pods"
  ],
  [
    "extra groups of a user",
    body(
      "authentication.k8s.io/v1",
      "TokenReview",
      message([3, message([2, message([1, "ada"], [4, message([1, "scopes"], [2, message([1, "a"], [1, "b"])])])])])
    ),
    ["status", "user", "extra", "scopes"],
    ["a", "b"]
  ],
  [
    "a schema's bound",
    body("apiextensions.k8s.io/v1", "CustomResourceDefinition", definition),
    ["spec", "versions", 0, "schema", "openAPIV3Schema", "properties", "size", "maximum"],
    2.5
  ],
  [
    "a schema that allows the rest",
    body("apiextensions.k8s.io/v1", "CustomResourceDefinition", definition),
    ["spec", "versions", 0, "schema", "openAPIV3Schema", "additionalProperties"],
    true
  ]
]

const protobuf = { "content-type": "application/vnd.kubernetes.protobuf" }

layer(served(), { excludeTestServices: true })("a client library", (it) => {
  describe("typed objects in protobuf keep", () => {
    it.each(sent)("%s", (_, bytes, path, want) => assert.deepStrictEqual(at(decodeProtobuf(bytes), ...path), want))
  })

  it.effect("of Go updates what it has read, managedFields and all", () =>
    Effect.gen(function*() {
      const ask = yield* makeAsk
      const maps = "/api/v1/namespaces/default/configmaps"
      const headers = { "content-type": "application/json" }
      yield* ask(maps, { method: "POST", headers, body: JSON.stringify({ metadata: { name: "m" } }) })
      const named = message([1, "m"], [3, "default"], [
        17,
        message([1, "me"], [2, "Update"], [3, "v1"], [6, "FieldsV1"], [7, message([1, "{\"f:data\":{\"f:a\":{}}}"])])
      ])
      const raw = message([1, named], [2, message([1, "a"], [2, "b"])])
      const answer = yield* ask(`${maps}/m`, { method: "PUT", headers: protobuf, body: body("v1", "ConfigMap", raw) })
      assert.deepStrictEqual([answer.status, at(JSON.parse(answer.text), "data")], [200, { a: "b" }])
    }))

  /** As fabric8 does: a WebSocket with an Origin. Answers with the first frames. */
  const watched = (path: string, origin: "own" | string, frames: number) =>
    Effect.gen(function*() {
      const { certificateAuthority, token, url } = yield* WireServer
      const dispatcher = new Agent({ connect: { ca: certificateAuthority, checkServerIdentity: () => undefined } })
      return yield* Effect.promise(() =>
        new Promise<ReadonlyArray<unknown>>((resolve) => {
          const found: Array<unknown> = []
          const socket = new WebSocket(`${url.replace("https", "wss")}${path}`, {
            dispatcher,
            headers: { authorization: `Bearer ${Redacted.value(token)}`, origin: origin === "own" ? url : origin }
          })
          const done = (value: ReadonlyArray<unknown>) => {
            socket.close()
            void dispatcher.destroy().finally(() => resolve(value))
          }
          socket.addEventListener("message", ({ data }) => {
            found.push(JSON.parse(String(data)))
            if (found.length === frames) done(found)
          })
          socket.addEventListener("error", () => done([...found, "refused"]))
        })
      )
    })

  it.effect("watches by WebSocket, one event a frame", () =>
    Effect.gen(function*() {
      const ask = yield* makeAsk
      const secrets = "/api/v1/namespaces/default/secrets"
      for (const name of ["one", "two"]) {
        yield* ask(secrets, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ metadata: { name } })
        })
      }
      const events = yield* watched(`${secrets}?watch=true&resourceVersion=0`, "own", 2)
      assert.deepStrictEqual(
        events.map((event) => [at(event, "type"), at(event, "object", "metadata", "name")]),
        [["ADDED", "one"], ["ADDED", "two"]]
      )
    }))

  it.effect("is told in the stream when its version is gone", () =>
    Effect.gen(function*() {
      const [event] = yield* watched("/api/v1/secrets?watch=true&resourceVersion=99999999", "own", 1)
      assert.isTrue(event === "refused" || at(event, "type") === "ERROR")
    }))

  it.effect("but a web page that has found the port gets no WebSocket", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* watched("/api/v1/secrets?watch=true", "https://evil.example", 1), ["refused"])
    }))

  describe("is refused what is not there", () => {
    it.effect.each(
      Object.keys(lacking).map((key) => {
        const [, plural = "", subresource = ""] = key.split("/")
        return { key, path: `/api/v1/namespaces/default/${plural}/x/${subresource}` }
      })
    )("$key is refused in words, for a POST", ({ path }) =>
      Effect.gen(function*() {
        const ask = yield* makeAsk
        const { status, text } = yield* ask(path, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: "{}"
        })
        assert.strictEqual(status, 405)
        assert.match(String(at(JSON.parse(text), "message")), /^the local cluster /)
      }))

    it.effect.each(["impersonate-user", "impersonate-group", "impersonate-uid", "impersonate-extra-scopes"])(
      "%s: nobody is impersonated",
      (header) =>
        Effect.gen(function*() {
          const ask = yield* makeAsk
          assert.strictEqual((yield* ask("/api/v1/pods", { headers: { [header]: "bob" } })).status, 403)
        })
    )

    it.effect.each([
      { verb: "create", group: "", resource: "configmaps", allowed: true },
      { verb: "delete", group: "orchestrator.platform", resource: "coderuns", allowed: true },
      { verb: "get", group: "", resource: "pods", subresource: "log", allowed: true },
      { verb: "create", group: "", resource: "pods", subresource: "exec", allowed: false },
      { verb: "create", group: "apps", resource: "deployments", allowed: false },
      { verb: "frobnicate", group: "", resource: "pods", allowed: false },
      { verb: "*", group: "*", resource: "*", allowed: true }
    ])("can-i $verb $resource: $allowed", ({ allowed, ...asked }) =>
      Effect.gen(function*() {
        const ask = yield* makeAsk
        const { text } = yield* ask("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ spec: { resourceAttributes: asked } })
        })
        assert.strictEqual(at(JSON.parse(text), "status", "allowed"), allowed)
      }))

    it("and the guide says all of it in one place", () => {
      const guide = readFileSync(new URL("../../../../docs/guides/local-cluster.md", import.meta.url), "utf8")
      const named = (key: string) => guide.includes(key.slice(1))
      assert.deepStrictEqual(Object.keys(lacking).filter((key) => !named(key)), [])
    })
  })
})
