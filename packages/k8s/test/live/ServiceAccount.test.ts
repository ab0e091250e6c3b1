import { assert, it } from "@effect/vitest"
import { ConfigProvider, Effect, FileSystem } from "effect"
import { authorityFile, fromServiceAccount, tokenFile } from "../../src/live/ServiceAccount.ts"

const pod = { HOME: "/tmp", KUBERNETES_SERVICE_HOST: "10.0.0.1", KUBERNETES_SERVICE_PORT: "443" }
const mounted = { [tokenFile]: "not-a-token\n", [authorityFile]: "authority" }

const found = (env: Readonly<Record<string, string>>, files: Readonly<Record<string, string>>) =>
  fromServiceAccount.pipe(
    Effect.provide(FileSystem.layerNoop({
      exists: (path) => Effect.succeed(Object.hasOwn(files, path)),
      readFileString: (path) => Effect.succeed(files[path] ?? "")
    })),
    Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromUnknown(env))
  )

it.effect.each([
  { name: "a kubeconfig is named", env: { ...pod, KUBECONFIG: "/etc/kubeconfig" }, files: mounted },
  { name: "there is one at home", env: pod, files: { ...mounted, "/tmp/.kube/config": "{}" } },
  { name: "no token is mounted", env: pod, files: {} },
  { name: "no cluster is named", env: { HOME: "/tmp" }, files: mounted }
])("the service account is not taken where $name", ({ env, files }) =>
  Effect.gen(function*() {
    assert.isUndefined(yield* found(env, files))
  }))

it.effect.each([
  { host: "10.0.0.1", port: "443", server: "https://10.0.0.1:443" },
  { host: "fd00::1", port: "6443", server: "https://[fd00::1]:6443" },
  { host: "localhost", port: "8080", server: "http://localhost:8080" }
])("the API server of the pod's cluster is $server", ({ host, port, server }) =>
  Effect.gen(function*() {
    const env = { ...pod, KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port }
    assert.strictEqual((yield* found(env, mounted))?.server, server)
  }))

it.effect("token and authority are read anew each time", () =>
  Effect.gen(function*() {
    const files = { ...mounted }
    const access = yield* found(pod, files)
    if (access === undefined) return assert.fail("expected access")
    assert.deepStrictEqual(yield* access.credentials, {
      headers: { authorization: "Bearer not-a-token" },
      trust: { ca: "authority" }
    })
    files[tokenFile] = "not-a-token-either"
    assert.deepStrictEqual((yield* access.credentials).headers, { authorization: "Bearer not-a-token-either" })
  }))
