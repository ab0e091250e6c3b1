/** The Secrets that a Job's pod refers to, read from the manifest itself: of each the keys, and whether the pod starts without it. Pure. */
import type { Container, Job, Volume } from "@orchestrator/k8s/Objects"

export interface NeededSecret {
  readonly name: string
  /** Empty: all that it has. */
  readonly keys: ReadonlyArray<string>
  /** Whether the pod starts without it; its agent may still fail. */
  readonly optional: boolean
}

const ofContainer = ({ env = [] }: Container): ReadonlyArray<NeededSecret> =>
  env.flatMap(({ valueFrom }) => {
    const reference = valueFrom?.secretKeyRef
    return reference === undefined
      ? []
      : [{ name: reference.name, keys: [reference.key], optional: reference.optional === true }]
  })

const keysOf = (items: ReadonlyArray<{ readonly key: string }> = []) => items.map(({ key }) => key)

const ofVolume = ({ projected, secret }: Volume): ReadonlyArray<NeededSecret> => [
  ...(secret === undefined
    ? []
    : [{ name: secret.secretName, keys: keysOf(secret.items), optional: secret.optional === true }]),
  ...(projected?.sources ?? []).flatMap((source) =>
    source.secret === undefined
      ? []
      : [{ name: source.secret.name, keys: keysOf(source.secret.items), optional: source.secret.optional === true }]
  )
]

/** Each once, with every key that is asked of it. */
export const secretsOf = ({ spec: { template: { spec } } }: Job): ReadonlyArray<NeededSecret> => {
  const { containers, imagePullSecrets = [], initContainers = [], volumes = [] } = spec
  const found = [
    ...volumes.flatMap(ofVolume),
    ...[...initContainers, ...containers].flatMap(ofContainer),
    ...imagePullSecrets.map(({ name }) => ({ name, keys: [], optional: true }))
  ]
  const byName = new Map<string, NeededSecret>()
  for (const { keys, name, optional } of found) {
    const known = byName.get(name)
    byName.set(name, {
      name,
      keys: [...new Set([...known?.keys ?? [], ...keys])],
      optional: optional && known?.optional !== false
    })
  }
  return [...byName.values()]
}
