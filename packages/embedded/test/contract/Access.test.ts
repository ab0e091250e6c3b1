import { NodeFileSystem } from "@effect/platform-node"
import { assert, describe, layer } from "@effect/vitest"
import { NamespaceKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { fromKubeconfig } from "@orchestrator/k8s/live/Access"
import * as LiveClient from "@orchestrator/k8s/live/LiveClient"
import { Config, ConfigProvider, Context, Effect, FileSystem, Layer } from "effect"
import { makeCertificate } from "../../src/wire/Certificate.ts"
import { WireServer } from "../../src/wire/WireServer.ts"
import { served } from "../wire/Served.ts"

const { certificate } = makeCertificate("test")

interface Entry {
  readonly user: object
  readonly cluster?: object
}

const config = ({ cluster, user }: Entry) =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{
      name: "c",
      cluster: {
        server: "https://127.0.0.1:1/prefix/",
        "certificate-authority-data": Buffer.from(certificate).toString("base64"),
        ...cluster
      }
    }],
    users: [{ name: "u", user }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    "current-context": "x"
  })

layer(NodeFileSystem.layer, { excludeTestServices: true })("Access", (it) => {
  const accessOf = Effect.fnUntraced(function*(text: string, context?: string) {
    const files = yield* FileSystem.FileSystem
    const kubeconfig = `${yield* files.makeTempDirectoryScoped()}/config`
    yield* files.writeFileString(kubeconfig, text)
    return yield* fromKubeconfig({ kubeconfig, context })
  })

  describe("credentials of a kubeconfig", () => {
    it.effect.each([
      { name: "a token", user: { token: "fake" }, want: { authorization: "Bearer fake" } },
      {
        name: "a name and password",
        user: { username: "me", password: "fake" },
        want: { authorization: `Basic ${Buffer.from("me:fake").toString("base64")}` }
      },
      {
        name: "a plugin",
        user: {
          exec: {
            apiVersion: "client.authentication.k8s.io/v1",
            command: "printf",
            args: ["%s", `{"kind":"ExecCredential","status":{"token":"fake-plugin"}}`]
          }
        },
        want: { authorization: "Bearer fake-plugin" }
      },
      {
        name: "somebody else",
        user: { token: "fake", as: "other" },
        want: { authorization: "Bearer fake", "impersonate-user": "other" }
      },
      { name: "nobody", user: {}, want: {} }
    ])("$name", ({ user, want }) =>
      Effect.gen(function*() {
        const access = yield* accessOf(config({ user }))
        const { headers, trust } = yield* access.credentials
        assert.strictEqual(access.server, "https://127.0.0.1:1/prefix")
        assert.deepStrictEqual(headers, want)
        assert.deepStrictEqual(trust, { ca: certificate })
      }))

    it.effect("a token file is read again each time", () =>
      Effect.gen(function*() {
        const files = yield* FileSystem.FileSystem
        const tokenFile = `${yield* files.makeTempDirectoryScoped()}/token`
        yield* files.writeFileString(tokenFile, "first\n")
        const user = { "auth-provider": { name: "tokenFile", config: { tokenFile } } }
        const { credentials } = yield* accessOf(config({ user }))
        assert.deepInclude((yield* credentials).headers, { authorization: "Bearer first" })
        yield* files.writeFileString(tokenFile, "second\n")
        assert.deepInclude((yield* credentials).headers, { authorization: "Bearer second" })
      }))

    it.effect("certificates, a name of the server and no trust at all", () =>
      Effect.gen(function*() {
        const data = (text: string) => Buffer.from(text).toString("base64")
        const user = { "client-certificate-data": data("cert"), "client-key-data": data("key") }
        const named = yield* accessOf(config({ user, cluster: { "tls-server-name": "api" } }))
        assert.deepStrictEqual((yield* named.credentials).trust, {
          ca: certificate,
          cert: "cert",
          key: "key",
          servername: "api"
        })
        const blind = yield* accessOf(config({ user: {}, cluster: { "insecure-skip-tls-verify": true } }))
        assert.deepInclude((yield* blind.credentials).trust, { rejectUnauthorized: false })
      }))

    it.effect("plain http has no certificates", () =>
      Effect.gen(function*() {
        const access = yield* accessOf(config({ user: { token: "fake" }, cluster: { server: "http://127.0.0.1:1" } }))
        assert.deepStrictEqual(yield* access.credentials, { headers: { authorization: "Bearer fake" }, trust: {} })
      }))
  })

  describe("what cannot be used is said", () => {
    it.effect.each([
      { name: "a text of another kind", text: "hello", context: undefined, want: "no context at all" },
      { name: "no YAML", text: "a: [", context: undefined, want: "expected a readable kubeconfig" },
      {
        name: "an unknown context",
        text: config({ user: {} }),
        context: "other",
        want: `found "other"; the kubeconfig has: x`
      }
    ])("$name", ({ context, text, want }) =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(accessOf(text, context))
        assert.strictEqual(error._tag, "ConnectionError")
        assert.include(error.message, want)
      }))

    it.effect("a file that is not there, by its path", () =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(fromKubeconfig({ kubeconfig: "/nowhere/config" }))
        assert.include(error.message, "/nowhere/config")
      }))

    it.effect("a plugin that fails", () =>
      Effect.gen(function*() {
        const access = yield* accessOf(config({ user: { exec: { command: "false" } } }))
        const error = yield* Effect.flip(access.credentials)
        assert.include(error.message, "expected credentials")
      }))
  })

  describe("the embedded cluster is found", () => {
    const kubeconfigFile = Effect.gen(function*() {
      const files = yield* FileSystem.FileSystem
      const wire = yield* Layer.build(served())
      const kubeconfig = `${yield* files.makeTempDirectoryScoped()}/config`
      yield* files.writeFileString(kubeconfig, Context.get(wire, WireServer).kubeconfig)
      return kubeconfig
    })

    const finds = <E>(live: Layer.Layer<KubernetesClient, E>) =>
      Effect.gen(function*() {
        const client = Context.get(yield* Layer.build(live), KubernetesClient)
        const { items } = yield* client.list(NamespaceKind)
        assert.include(items.map(({ metadata }) => metadata.name), "default")
      })

    it.effect("by the path of its kubeconfig", () =>
      Effect.flatMap(
        kubeconfigFile,
        (kubeconfig) => finds(LiveClient.layerWith({ kubeconfig, context: "orchestrator" }))
      ))

    it.effect("by configuration", () =>
      Effect.gen(function*() {
        const provider = ConfigProvider.fromUnknown({ CLUSTER: { KUBECONFIG: yield* kubeconfigFile } })
        const options = { kubeconfig: Config.nested(Config.String("KUBECONFIG"), "CLUSTER") }
        yield* finds(Layer.provide(LiveClient.layerConfig(options), ConfigProvider.layer(provider)))
      }))

    it.effect("by the environment, as kubectl finds it", () =>
      Effect.gen(function*() {
        const before = process.env["KUBECONFIG"]
        process.env["KUBECONFIG"] = yield* kubeconfigFile
        yield* finds(LiveClient.layer).pipe(Effect.ensuring(Effect.sync(() => {
          if (before === undefined) delete process.env["KUBECONFIG"]
          else process.env["KUBECONFIG"] = before
        })))
      }))
  })
})
