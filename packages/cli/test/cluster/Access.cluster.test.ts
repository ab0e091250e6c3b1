/** Service account tokens that are replaced, and a server that has no time for us. */
import { assert, layer } from "@effect/vitest"
import { JobKind, SecretKind, ServiceAccountKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { layerWith as liveClient } from "@orchestrator/k8s/live/LiveClient"
import { Effect, Layer } from "effect"
import { readFileSync, renameSync, writeFileSync } from "node:fs"
import { request } from "node:https"
import { controlPlane, kubeconfigOf, kubectl } from "./ControlPlane.ts"
import { eventually } from "./Eventually.ts"
import { provisioner } from "./Provisioner.ts"
import { allow } from "./Rights.ts"
import { codeRun, makeSite, ready, scripted, type Site, startReplica, verbsOf } from "./World.ts"

const account = "orchestrator"

/** A token of the site's service account that is good for as long as its Secret is there. */
const makeToken = Effect.fnUntraced(function*({ namespace }: Site, secret: string) {
  const client = yield* KubernetesClient
  yield* client.create(SecretKind, { metadata: { name: secret, namespace } })
  const bound = ["--bound-object-kind=Secret", `--bound-object-name=${secret}`]
  const token = kubectl(["create", "token", account, "-n", namespace, ...bound]).trim()
  return { token, revoke: client.delete(SecretKind, { name: secret, namespace }) }
})

/** What a fresh client with these credentials is answered. */
const asked = (kubeconfig: string, { namespace }: Site) =>
  Effect.flatMap(KubernetesClient, (client) => Effect.result(client.list(JobKind, { namespace, limit: 1 }))).pipe(
    Effect.provide(Layer.fresh(liveClient({ kubeconfig }))),
    Effect.map((answer) => answer._tag === "Success" ? "answered" : answer.failure.reason._tag)
  )

/** Leaves the user of the site room for one request at a time. */
const starve = ({ namespace, users }: Site) => {
  const metadata = { name: namespace }
  const rules = {
    subjects: users.map(({ name }) => ({ kind: "User", user: { name } })),
    resourceRules: [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"], namespaces: ["*"], clusterScope: true }],
    nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }]
  }
  const limited = {
    nominalConcurrencyShares: 0,
    lendablePercent: 0,
    borrowingLimitPercent: 0,
    limitResponse: { type: "Reject" }
  }
  const apiVersion = "flowcontrol.apiserver.k8s.io/v1"
  const items = [
    { apiVersion, kind: "PriorityLevelConfiguration", metadata, spec: { type: "Limited", limited } },
    {
      apiVersion,
      kind: "FlowSchema",
      metadata,
      spec: { matchingPrecedence: 50, priorityLevelConfiguration: metadata, rules: [rules] }
    }
  ]
  kubectl(["apply", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }))
}

const feed = ({ namespace }: Site) =>
  void kubectl(["delete", "--ignore-not-found", `flowschema/${namespace}`, `prioritylevelconfiguration/${namespace}`])

/** Takes that room, by a request whose body does not come. */
const occupy = ({ namespace, users: [user] }: Site) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const held = request(`${controlPlane().server}/api/v1/namespaces/${namespace}/configmaps`, {
        agent: false,
        method: "POST",
        headers: { "content-type": "application/json", "content-length": 10 },
        ca: readFileSync(user?.authority ?? ""),
        cert: readFileSync(user?.certificate ?? ""),
        key: readFileSync(user?.key ?? "")
      })
      held.on("error", () => {})
      held.on("response", (answer) => answer.resume())
      held.flushHeaders()
      return held
    }),
    (held) => Effect.sync(() => held.destroy())
  )

layer(Layer.provideMerge(provisioner, scripted), {
  excludeTestServices: true,
  timeout: "4 minutes",
  concurrent: true
})("access", (it) => {
  it.effect(
    "a service account token that is replaced is read again before the old one is refused",
    () =>
      Effect.scoped(Effect.gen(function*() {
        const site = yield* makeSite("token")
        const { namespace, users: [user] } = site
        if (user === undefined) return yield* Effect.die("no user")
        const { client, create, untilPhase } = yield* verbsOf(site)
        yield* client.create(ServiceAccountKind, { metadata: { name: account, namespace } })
        yield* allow(namespace, [{ kind: "ServiceAccount", name: account, namespace }])

        const [old, next] = [yield* makeToken(site, "old"), yield* makeToken(site, "next")]
        const tokenFile = `${user.kubeconfig}-token`
        writeFileSync(tokenFile, old.token)
        const { server } = controlPlane()
        const cluster = { server, "certificate-authority": user.authority }
        // What client-node makes of a pod's service account.
        const credentials = { "auth-provider": { name: "tokenFile", config: { tokenFile } } }
        writeFileSync(user.kubeconfig, kubeconfigOf(cluster, credentials))
        const replica = yield* startReplica(site)
        yield* create(codeRun(site, "first"))
        yield* untilPhase("first", "Succeeded")

        writeFileSync(`${tokenFile}-next`, next.token)
        renameSync(`${tokenFile}-next`, tokenFile)
        yield* old.revoke
        const oldUser = `${user.kubeconfig}-old`
        writeFileSync(oldUser, kubeconfigOf(cluster, { token: old.token }))
        yield* eventually("the old token to be refused", asked(oldUser, site), (answer) => answer === "Unauthorized")
        yield* create(codeRun(site, "second", { service: "other" }))
        yield* untilPhase("second", "Succeeded")
        yield* eventually("it to be ready", ready(replica), (status) => status === 200)
        assert.notInclude(replica.log, "Unauthorized")
      })),
    400_000
  )

  it.effect(
    "a server that has no room for us is asked as often as it wishes, and then the run goes on",
    () =>
      Effect.scoped(Effect.gen(function*() {
        const site = yield* makeSite("starved")
        const { create, untilPhase } = yield* verbsOf(site)
        const replica = yield* startReplica(site)
        yield* Effect.promise(() => replica.logged(/caches are synced/))
        yield* Effect.acquireRelease(Effect.sync(() => starve(site)), () => Effect.sync(() => feed(site)))
        // Again and again, since the level counts only after a while, and the server ends each after a minute.
        yield* Effect.forkScoped(Effect.forever(Effect.andThen(occupy(site), Effect.sleep("500 millis"))))
        const kubeconfig = site.users[0]?.kubeconfig ?? ""
        yield* eventually("us to be refused", asked(kubeconfig, site), (answer) => answer === "TooManyRequests")
        yield* create(codeRun(site, "first"))
        // A run that has waited is read once more before anything is made for it.
        const refused = () =>
          site.asked().filter(({ code, resource, verb }) =>
            code === 429 && (resource === "persistentvolumeclaims" || (resource === "coderuns" && verb === "get"))
          )
        yield* eventually("some tries", Effect.sync(refused), ({ length }) => length >= 4)
        const gaps = refused().map(({ at }, index, all) => at - (all[index - 1]?.at ?? Number.NEGATIVE_INFINITY))
        assert.isAtLeast(Math.min(...gaps), 900, "tries come sooner than the server has asked")
        feed(site)
        yield* untilPhase("first", "Succeeded")
      })),
    400_000
  )
})
