/** The environment that a container's definition asks for, and `$(NAME)` references into it. */
import { ConfigMapKind, SecretKind } from "@orchestrator/k8s/Kinds"
import type { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { Container, EnvVar, Pod } from "@orchestrator/k8s/Objects"
import { Effect, Result } from "effect"
import { awaitObject } from "./AwaitObject.ts"
import { configMapBytes, secretBytes } from "./VolumeFiles.ts"

type Env = Readonly<Record<string, string>>

const own = (texts: Env | undefined, name: string): string | undefined =>
  texts !== undefined && Object.hasOwn(texts, name) ? texts[name] : undefined

/** Whatever stands up to the next bracket is a name, as for the kubelet (third_party/forked/golang/expansion). */
const reference = /\$(\$|\(([^)]*)\))/g

/** Replaces `$(NAME)` by the variable's value; unknown names stay, and `$$` stands for a dollar. */
export const expand = (text: string, env: Env): string =>
  text.replace(reference, (whole, _, name: string | undefined) => name === undefined ? "$" : own(env, name) ?? whole)

const labelPath = /^metadata\.(labels|annotations)\['(.+)'\]$/

/** A field of the pod; empty when there is no such field. */
export const fieldOf = ({ metadata, spec, status }: Pod, path: string): string => {
  const entry = labelPath.exec(path)
  if (entry !== null) return own(entry[1] === "labels" ? metadata.labels : metadata.annotations, entry[2] ?? "") ?? ""
  const fields: Readonly<Record<string, string | undefined>> = {
    "metadata.name": metadata.name,
    "metadata.namespace": metadata.namespace,
    "metadata.uid": metadata.uid,
    "spec.nodeName": spec.nodeName,
    "spec.serviceAccountName": spec.serviceAccountName,
    "status.hostIP": status?.hostIP,
    "status.podIP": status?.podIP
  }
  return fields[path] ?? ""
}

interface KeyRef {
  readonly name: string
  readonly key: string
  readonly optional?: boolean
}

const keyIn = <A>(
  what: "Secret" | "ConfigMap",
  namespace: string,
  { key, name, optional }: KeyRef,
  bytes: (object: A) => ReadonlyMap<string, Uint8Array>
) =>
(object: A | undefined): Result.Result<string | undefined, string> => {
  const value = object === undefined ? undefined : bytes(object).get(key)
  if (value !== undefined) return Result.succeed(new TextDecoder().decode(value))
  if (optional === true) return Result.succeed(undefined)
  return Result.fail(
    object === undefined
      ? `${what.toLowerCase()} "${name}" not found`
      : `couldn't find key ${key} in ${what} ${namespace}/${name}`
  )
}

/** Waits until every object and key that is not optional is there; `onMissing` is told what it waits for. */
export const resolveEnv = Effect.fnUntraced(function*(
  pod: Pod,
  { env = [] }: Container,
  onMissing: (what: string) => Effect.Effect<void>
): Effect.fn.Return<Env, never, KubernetesClient> {
  const namespace = pod.metadata.namespace ?? ""

  const valueOf = ({ value, valueFrom }: EnvVar): Effect.Effect<string | undefined, never, KubernetesClient> => {
    const { configMapKeyRef, fieldRef, secretKeyRef } = valueFrom ?? {}
    if (fieldRef !== undefined) return Effect.succeed(fieldOf(pod, fieldRef.fieldPath))
    if (secretKeyRef !== undefined) {
      const accept = keyIn("Secret", namespace, secretKeyRef, secretBytes)
      return awaitObject({ kind: SecretKind, name: secretKeyRef.name, namespace, accept, onMissing })
    }
    if (configMapKeyRef !== undefined) {
      const accept = keyIn("ConfigMap", namespace, configMapKeyRef, configMapBytes)
      return awaitObject({ kind: ConfigMapKind, name: configMapKeyRef.name, namespace, accept, onMissing })
    }
    return Effect.succeed(value ?? "")
  }

  const resolved: Record<string, string> = {}
  for (const each of env) {
    const value = yield* valueOf(each)
    if (value !== undefined) resolved[each.name] = each.valueFrom === undefined ? expand(value, resolved) : value
  }
  return resolved
})

/** The container with the references in its command and arguments replaced. */
export const expanded = (container: Container, env: Env): Container => ({
  ...container,
  ...(container.command === undefined ? {} : { command: container.command.map((word) => expand(word, env)) }),
  ...(container.args === undefined ? {} : { args: container.args.map((word) => expand(word, env)) })
})
