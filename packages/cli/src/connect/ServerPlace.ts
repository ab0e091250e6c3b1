/**
 * Where the server of a command is, decided from what was asked for and what was found: flags before the environment, a server before a
 * cluster, what runs on this machine before the cluster that kubectl would use.
 */
import type { Redacted } from "effect"

/** What the flags and the environment say; `undefined` where they say nothing. */
export interface Asked {
  readonly server: string | undefined
  readonly kubeconfig: string | undefined
  readonly context: string | undefined
  readonly namespace: string | undefined
  readonly state: string | undefined
  readonly token: Redacted.Redacted | undefined
}

export interface LocalServer {
  readonly url: string
  readonly token: Redacted.Redacted | undefined
  /** The state folder, as one would type it. */
  readonly state: string
}

export interface Found {
  /** The local product that runs, if one does. */
  readonly local: LocalServer | undefined
  readonly inPod: boolean
}

export type ServerPlace =
  | {
    readonly _tag: "Named"
    readonly url: string
    readonly token: Redacted.Redacted | undefined
  }
  | { readonly _tag: "Local"; readonly url: string; readonly token: Redacted.Redacted | undefined }
  /** The Service of this pod's cluster, with the token of the pod's service account. */
  | { readonly _tag: "InPod"; readonly url: string; readonly token: Redacted.Redacted | undefined }
  /** By the API server's proxy, with the credentials of a kubeconfig. */
  | {
    readonly _tag: "ThroughCluster"
    readonly kubeconfig: string | undefined
    readonly context: string | undefined
    readonly namespace: string
    readonly token: Redacted.Redacted | undefined
    /** Below the server's root. */
    readonly path?: string
  }

/** Where the chart installs it. */
export const defaultNamespace = "orchestrator"

const withoutSlash = (url: string): string => url.replace(/\/+$/, "")

/** `localhost:8080` is an address too. */
const withScheme = (server: string): string => /^https?:\/\//.test(server) ? server : `http://${server}`

export const serverPlace = (asked: Asked, { inPod, local }: Found): ServerPlace => {
  const { context, kubeconfig, namespace = defaultNamespace, server, state, token } = asked
  if (server !== undefined) return { _tag: "Named", url: withoutSlash(withScheme(server)), token }
  const cluster = { _tag: "ThroughCluster", kubeconfig, context, namespace, token } as const
  if (kubeconfig !== undefined || context !== undefined) return cluster
  if (local !== undefined && (state !== undefined || asked.namespace === undefined)) {
    return { _tag: "Local", url: local.url, token: token ?? local.token }
  }
  return inPod ? { _tag: "InPod", url: `http://orchestrator.${namespace}.svc`, token } : cluster
}

/** The same server, asked for the runs of another namespace that it looks after. */
export const withRunsIn = (place: ServerPlace, namespace: string): ServerPlace => {
  const path = `/namespaces/${encodeURIComponent(namespace)}`
  return place._tag === "ThroughCluster" ? { ...place, path } : { ...place, url: `${place.url}${path}` }
}

/** In the words of a sentence: `No answer from ...`. */
export const describePlace = (place: ServerPlace): string =>
  place._tag === "ThroughCluster"
    ? `the Service orchestrator in namespace ${place.namespace} of the cluster${
      place.context === undefined ? "" : ` ${place.context}`
    }`
    : place.url

/** As the API server's proxy wants a Service: `[https:]NAME:PORT`; the chart calls the port `http`. */
export const proxiedService = (named: string): string => {
  const [, scheme = "", name = named, port = ""] = /^(https?:)?([^:]+)(?::(.*))?$/.exec(named) ?? []
  return `${scheme}${name}:${port === "" ? "http" : port}`
}
