/** The local product beside the real forge: what it is configured with, and its cluster's API. */
import { NodeServices } from "@effect/platform-node"
import { CodeRunKind, SecretKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { layerWith as liveClient } from "@orchestrator/k8s/live/LiveClient"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Effect, Layer } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { LocalProduct, temporaryFolder } from "../LocalProduct.ts"
import { type Account, forgeHost, forgeUrl, type Repository } from "./Gitea.ts"

const namespace = "orchestrator"

export interface World {
  readonly product: LocalProduct
  readonly kube: <A, E>(work: Effect.Effect<A, E, KubernetesClient>) => Promise<A>
  readonly run: (name: string) => Promise<CustomObject>
  readonly submit: (name: string, spec: object) => Promise<CustomObject>
  /** Changes the spec, for the attempts that come. */
  readonly change: (name: string, spec: object) => Promise<CustomObject>
  /** The token that runs of this GitHub user have. */
  readonly addToken: (user: string, account: Account) => Promise<unknown>
  readonly names: () => Promise<ReadonlyArray<string>>
  /** Waits until it is so. */
  readonly until: <A>(what: string, look: () => Promise<A | undefined>) => Promise<A>
  readonly ended: (name: string, version?: number) => Promise<CustomObject>
  readonly stop: () => Promise<void>
}

/** As GitHub user `ada` of the runs: the account whose token the brokers have. */
export const githubUser = "ada"

export const specFor = ({ url }: Repository, prompt: string) => ({
  taskId: 0,
  service: "hello",
  repositoryUrl: url,
  docsRepositoryUrl: url,
  workingDirectory: ".",
  model: "claude-sonnet-4-20250514",
  githubUser,
  prompt
})

const isOver = ({ status }: CustomObject, version: number): boolean =>
  ["Succeeded", "Failed", "Cancelled"].includes(String(status?.["phase"])) && status?.["contextVersion"] === version

/** `agent`: whose token runs deliver with. */
export const startWorld = async (agent: Account, settings: object = {}): Promise<World> => {
  const { folder, remove } = temporaryFolder()
  const state = join(folder, "state")
  const config = join(folder, "config.yaml")
  writeFileSync(
    config,
    JSON.stringify({
      forge: { giteaHosts: { [forgeHost]: `${forgeUrl}/api/v1` } },
      git: { allowedProtocols: ["http"] },
      ...settings
    })
  )
  const product = new LocalProduct(["--no-demo", "--state", state, "--config", config])
  await product.url()
  const client = liveClient({ kubeconfig: join(state, "kubeconfig") }).pipe(Layer.provide(NodeServices.layer))
  const kube: World["kube"] = (work) => Effect.runPromise(Effect.provide(work, client))
  const run: World["run"] = (name) =>
    kube(Effect.flatMap(KubernetesClient, (cluster) => cluster.get(CodeRunKind, { namespace, name })))
  const until: World["until"] = async (what, look) => {
    for (let tries = 0; tries < 300; tries++) {
      const found = await look()
      if (found !== undefined) return found
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    throw new Error(`expected ${what} within half a minute; the product said:\n${product.output}`)
  }
  const addToken: World["addToken"] = (user, { token }) =>
    kube(Effect.flatMap(KubernetesClient, (cluster) =>
      cluster.create(SecretKind, {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { namespace, name: `github-token-${user}` },
        stringData: { token }
      })))
  await addToken(githubUser, agent)
  return {
    product,
    kube,
    run,
    addToken,
    until,
    names: () =>
      kube(
        Effect.flatMap(KubernetesClient, (cluster) =>
          Effect.map(cluster.list(CodeRunKind, { namespace }), ({ items }) =>
            items.map(({ metadata: { name = "" } }) =>
              name
            )))
      ),
    submit: (name, spec) =>
      kube(Effect.flatMap(KubernetesClient, (cluster) =>
        cluster.create(CodeRunKind, {
          apiVersion: "orchestrator.platform/v1",
          kind: "CodeRun",
          metadata: { namespace, name },
          spec: { ...spec }
        }))),
    change: (name, spec) =>
      kube(
        Effect.flatMap(KubernetesClient, (cluster) =>
          cluster.patch(CodeRunKind, { namespace, name }, { type: "merge", body: { spec: { ...spec } } }))
      ),
    ended: (name, version = 1) =>
      until(`the end of ${name}, version ${version}`, async () => {
        const found = await run(name)
        return isOver(found, version) ? found : undefined
      }),
    stop: async () => {
      await product.stop()
      remove()
    }
  }
}
