/** What a kubelet gives containers that speak to the API server: its address, a token of the pod's service account, its name. */
import { type ContainerRequest, PodRuntime, StartRefused } from "@orchestrator/embedded/node/PodRuntime"
import { ApiServer } from "@orchestrator/k8s/ApiServer"
import { ConfigMapKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { Volume } from "@orchestrator/k8s/Objects"
import { Effect, Layer, Predicate } from "effect"
import { Plane } from "./Plane.ts"

const isToken = (source: object) => "serviceAccountToken" in source

const hasToken = ({ projected }: Volume) => projected?.sources?.some(isToken) === true

const tokenIn = (answer: unknown): string => {
  const status = Predicate.hasProperty(answer, "status") ? answer.status : undefined
  return Predicate.hasProperty(status, "token") ? String(status.token) : ""
}

const fileOf = (text: string) => ({ bytes: new TextEncoder().encode(text), mode: 0o644 })

/** The runtime, with what every container gets in a cluster. */
export const inCluster = Layer.effect(
  PodRuntime,
  Effect.gen(function*() {
    const { number } = yield* Plane
    const client = yield* KubernetesClient
    const apiServer = yield* ApiServer
    const inner = yield* PodRuntime

    const accountFiles = Effect.fnUntraced(function*({ pod }: ContainerRequest) {
      const { name = "", namespace = "", uid = "" } = pod.metadata
      const account = pod.spec.serviceAccountName ?? "default"
      const answer = yield* apiServer.ask(`/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`, {
        apiVersion: "authentication.k8s.io/v1",
        kind: "TokenRequest",
        spec: { expirationSeconds: 3607, boundObjectRef: { apiVersion: "v1", kind: "Pod", name, uid } }
      })
      const { data = {} } = yield* client.get(ConfigMapKind, { name: "kube-root-ca.crt", namespace })
      return new Map([
        ["token", fileOf(tokenIn(answer))],
        ["ca.crt", fileOf(data["ca.crt"] ?? "")],
        ["namespace", fileOf(namespace)]
      ])
    })

    const start = Effect.fnUntraced(function*(request: ContainerRequest) {
      const volumes = (request.pod.spec.volumes ?? []).filter(hasToken)
      const files = volumes.length === 0 ? undefined : yield* accountFiles(request).pipe(
        Effect.mapError(({ message }) => new StartRefused({ reason: "CreateContainerError", message, retry: true }))
      )
      return yield* inner.start({
        ...request,
        env: {
          KUBERNETES_SERVICE_HOST: `198.18.${number}.1`,
          KUBERNETES_SERVICE_PORT: "443",
          HOSTNAME: request.pod.metadata.name ?? "",
          ...request.env
        },
        files: new Map([
          ...request.files,
          ...volumes.flatMap(({ name }) => files === undefined ? [] : [[name, files] as const])
        ])
      })
    })
    return PodRuntime.of({ start, forget: inner.forget })
  })
)
