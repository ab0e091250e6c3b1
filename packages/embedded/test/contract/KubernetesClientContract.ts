/**
 * What every KubernetesClient must do: the embedded cluster, the live client through its HTTP face, the live client on a real API server.
 * Each case has a namespace of its own and assumes nothing about other objects. The clock is real. On a real API server no controllers
 * are needed, our two definitions are.
 */
import { layer } from "@effect/vitest"
import { NamespaceKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Effect, type Layer } from "effect"
import { applyCases } from "./ApplyCases.ts"
import { createCases } from "./CreateCases.ts"
import { deleteCases } from "./DeleteCases.ts"
import { kindCases } from "./KindCases.ts"
import { listCases } from "./ListCases.ts"
import { patchCases } from "./PatchCases.ts"
import { schemaCases } from "./SchemaCases.ts"
import { sizeCases } from "./SizeCases.ts"
import { updateCases } from "./UpdateCases.ts"
import { watchCases } from "./WatchCases.ts"
import type { ContractCase, World } from "./World.ts"

const groups: Readonly<Record<string, ReadonlyArray<ContractCase>>> = {
  create: createCases,
  update: updateCases,
  patch: patchCases,
  apply: applyCases,
  delete: deleteCases,
  list: listCases,
  watch: watchCases,
  schema: schemaCases,
  size: sizeCases,
  kinds: kindCases
}

export interface ContractOptions {
  /** Cases that this implementation is known not to pass, as `group: name`, with the reason beside the call. */
  readonly skip?: ReadonlyArray<string>
}

export const kubernetesClientContract = <E>(
  name: string,
  client: Layer.Layer<KubernetesClient, E>,
  { skip = [] }: ContractOptions = {}
): void =>
  layer(client, { excludeTestServices: true })(name, (it) => {
    for (const [group, cases] of Object.entries(groups)) {
      for (const each of cases) {
        const title = `${group}: ${each.name}`
        const test = skip.includes(title) ? it.effect.skip : it.effect
        test(title, () => Effect.scoped(Effect.flatMap(world, each.run)))
      }
    }
  })

const world = Effect.gen(function*() {
  const client = yield* KubernetesClient
  const created = yield* Effect.acquireRelease(
    client.create(NamespaceKind, { metadata: { generateName: "contract-" } }),
    ({ metadata }) => Effect.ignore(client.delete(NamespaceKind, { name: metadata.name ?? "" }))
  )
  return { client, namespace: created.metadata.name ?? "" } satisfies World
})
