/** The API server comes back with a certificate of another authority; on a control plane of its own, since everybody trusts the first. */
import { assert, it } from "@effect/vitest"
import { DocsRunKind, JobKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { layerWith as liveClient } from "@orchestrator/k8s/live/LiveClient"
import { Effect, Layer } from "effect"
import { execFileSync } from "node:child_process"
import { copyFileSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { anotherPlane, kubeconfigOf, kubectl, restart } from "./ControlPlane.ts"
import { eventually } from "./Eventually.ts"
import { docsRun, ready, startReplica } from "./World.ts"

const namespace = "default"

/** Another authority, and a certificate of its making in the place of the API server's. */
const renew = (folder: string) => {
  const script = `
    cd "$1/pki"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout next.key -out next.crt -subj /CN=next-ca -days 2
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout served.key -out served.csr -subj /CN=kube-apiserver
    openssl x509 -req -in served.csr -CA next.crt -CAkey next.key -days 2 -out served.crt \\
      -extfile <(printf 'extendedKeyUsage=serverAuth\\nsubjectAltName=IP:127.0.0.1')
    mv served.key apiserver.key
    mv served.crt apiserver.crt`
  execFileSync("bash", ["-euc", script, "renew", folder], { stdio: "ignore" })
  return join(folder, "pki/next.crt")
}

it.live(
  "a replica takes up the new authority when its file is replaced, and trusts nobody before",
  () =>
    Effect.scoped(Effect.gen(function*() {
      const folder = yield* anotherPlane
      const definitions = join(import.meta.dirname, "../../../../crds/platform-crds.yaml")
      kubectl(["--kubeconfig", join(folder, "kubeconfig"), "apply", "--server-side", "-f", definitions])
      const server = /server: "([^"]+)"/.exec(readFileSync(join(folder, "kubeconfig"), "utf8"))?.[1]
      const authority = join(folder, "authority.crt")
      copyFileSync(join(folder, "pki/ca.crt"), authority)
      const kubeconfig = join(folder, "replica")
      const credentials = {
        "client-certificate": join(folder, "pki/admin.crt"),
        "client-key": join(folder, "pki/admin.key")
      }
      writeFileSync(kubeconfig, kubeconfigOf({ server, "certificate-authority": authority }, credentials))
      const config = `${kubeconfig}-config.yaml`
      const settings = { server: { host: "127.0.0.1", port: 0 }, leaderElection: { enabled: false } }
      writeFileSync(config, JSON.stringify(settings))
      const site = { namespace, config, users: [], asked: () => [], accepted: () => [] }
      const replica = yield* startReplica(site, kubeconfig)
      yield* eventually("it to be ready", ready(replica), (status) => status === 200)

      const next = renew(folder)
      restart("kube-apiserver", "KILL", { folder })
      const admin = join(folder, "kubeconfig")
      const isBack = () => kubectl(["--kubeconfig", admin, "--certificate-authority", next, "get", "--raw", "/readyz"])
      yield* eventually(
        "the server to be back",
        Effect.try({ try: isBack, catch: String }),
        (answer) => answer === "ok"
      )
      yield* Effect.promise(() => replica.logged(/lost the API server/))
      yield* eventually("it not to be ready", ready(replica), (status) => status === 503)
      assert.notInclude(replica.log, "the API server is back")

      copyFileSync(next, `${authority}-next`)
      renameSync(`${authority}-next`, authority)
      yield* eventually("it to be ready again", ready(replica), (status) => status === 200)
      yield* Effect.gen(function*() {
        const client = yield* KubernetesClient
        yield* client.create(DocsRunKind, docsRun(site, "after"))
        yield* eventually("its Job", client.list(JobKind, { namespace }), ({ items }) => items.length === 1)
      }).pipe(Effect.provide(Layer.fresh(liveClient({ kubeconfig }))))
    })),
  400_000
)
