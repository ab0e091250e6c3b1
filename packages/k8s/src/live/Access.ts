/**
 * Where an API server is and what it wants to see from us: address, trust, credentials. Found by client-node's KubeConfig (KUBECONFIG,
 * ~/.kube/config, in a pod its service account; exec and OIDC plugins) or given outright. Credentials are looked up anew each time they
 * are asked for; Connection decides how often.
 */
import type { KubeConfig } from "@kubernetes/client-node"
import { Effect, FileSystem, Predicate, Redacted, Ref, Schema } from "effect"
import type { RequestOptions } from "node:https"

/** No API server could be found or used by what was configured. */
export class ConnectionError extends Schema.TaggedError<ConnectionError>()("ConnectionError", {
  message: Schema.String
}) {}

export interface Trust {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly rejectUnauthorized?: boolean
  readonly servername?: string
}

export interface ClusterCredentials {
  readonly headers: Readonly<Record<string, string>>
  readonly trust: Trust
}

export interface Access {
  /** Without a slash at the end. */
  readonly server: string
  readonly proxy?: string | undefined
  readonly credentials: Effect.Effect<ClusterCredentials, ConnectionError>
  /** Forgets what plugins remember: the server has refused it. */
  readonly forget: Effect.Effect<void>
}

/** An API server given outright, without any kubeconfig. */
export interface ServerOptions {
  readonly url: string
  /** PEM. Absent: the system's authorities. */
  readonly certificateAuthority?: string | undefined
  readonly token?: Redacted.Redacted | undefined
}

export const fromServer = (options: ServerOptions): Access => ({
  server: options.url.replace(/\/+$/, ""),
  credentials: Effect.succeed({
    headers: options.token === undefined ? {} : { authorization: `Bearer ${Redacted.value(options.token)}` },
    trust: options.certificateAuthority === undefined ? {} : { ca: options.certificateAuthority }
  }),
  forget: Effect.void
})

const explain = (error: unknown): string => (Predicate.isError(error) ? error.message : String(error))

const attempt = <A>(what: string, run: () => A): Effect.Effect<A, ConnectionError> =>
  Effect.try({ try: run, catch: (error) => new ConnectionError({ message: `${what}: ${explain(error)}` }) })

const read = Effect.fnUntraced(function*(path: string | undefined) {
  // Loaded when needed: it costs a quarter of a second and 60 MB, which the embedded cluster does not want to pay.
  const { loadKubeConfig } = yield* Effect.promise(() => import("./KubeConfigFile.ts"))
  return yield* attempt(
    path === undefined ? "expected a readable kubeconfig" : `expected a readable kubeconfig at ${path}`,
    () => loadKubeConfig(path)
  )
})

const text = (value: unknown): string | undefined =>
  typeof value === "string" ? value : value instanceof Uint8Array ? Buffer.from(value).toString("utf8") : undefined

const trustOf = (options: RequestOptions): Trust => {
  const [ca, cert, key] = [text(options.ca), text(options.cert), text(options.key)]
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(options.rejectUnauthorized === undefined ? {} : { rejectUnauthorized: options.rejectUnauthorized }),
    ...(options.servername === undefined ? {} : { servername: options.servername })
  }
}

const headersOf = (options: RequestOptions): Record<string, string> => ({
  ...(Predicate.isObject(options.headers)
    ? Object.fromEntries(
      Object.entries(options.headers).map(([name, value]) => [name.toLowerCase(), String(value).trim()])
    )
    : {}),
  ...(typeof options.auth === "string"
    ? { authorization: `Basic ${Buffer.from(options.auth).toString("base64")}` }
    : {})
})

/** The file that a pod's service account token is in; it is replaced while we run. */
const tokenFileOf = (config: KubeConfig): string | undefined => {
  const provider: unknown = config.getCurrentUser()?.authProvider
  return Predicate.hasProperty(provider, "config") && Predicate.hasProperty(provider.config, "tokenFile") &&
      typeof provider.config.tokenFile === "string"
    ? provider.config.tokenFile
    : undefined
}

const credentialsOf = Effect.fnUntraced(function*(config: KubeConfig) {
  // client-node refuses plain http unless verification is off; kubectl sends no credentials there but a fixed token does no harm.
  if (config.getCurrentCluster()?.server.startsWith("http:")) {
    const token = config.getCurrentUser()?.token
    return { headers: token ? { authorization: `Bearer ${token}` } : {}, trust: {} }
  }
  const options: RequestOptions = {}
  yield* Effect.tryPromise({
    try: () => config.applyToHTTPSOptions(options),
    catch: (error) => new ConnectionError({ message: `expected credentials from the kubeconfig: ${explain(error)}` })
  })
  const file = tokenFileOf(config)
  if (file === undefined) return { headers: headersOf(options), trust: trustOf(options) }
  const files = yield* FileSystem.FileSystem
  const token = yield* files.readFileString(file).pipe(
    Effect.mapError(({ message }) => new ConnectionError({ message: `expected a token in ${file}: ${message}` }))
  )
  return { headers: { ...headersOf(options), authorization: `Bearer ${token.trim()}` }, trust: trustOf(options) }
})

/** What loadFromDefault answers when it found nothing. */
const isFallback = (config: KubeConfig): boolean =>
  config.getCurrentContext() === "loaded-context" && config.getCurrentCluster()?.server === "http://localhost:8080"

const select = (config: KubeConfig, context: string | undefined): ConnectionError | undefined => {
  if (context !== undefined) config.setCurrentContext(context)
  if (isFallback(config)) {
    return new ConnectionError({
      message:
        "expected a cluster: KUBECONFIG is not set, there is no ~/.kube/config, and this is not a pod with a service account"
    })
  }
  if (config.getCurrentCluster() !== null) return undefined
  const names = config.getContexts().map(({ name }) => name)
  // Where the file names none, the library has none, whatever its type says.
  const current: string | undefined = config.getCurrentContext()
  const found = current === undefined || current === "" ? "no current-context" : `"${current}"`
  const known = names.length === 0 ? "no context at all: is this a kubeconfig?" : names.join(", ")
  return new ConnectionError({
    message: `expected a context with a cluster, found ${found}; the kubeconfig has: ${known}`
  })
}

/** Access by kubeconfig; without a path wherever kubectl would look, then the pod's service account. */
export const fromKubeconfig = Effect.fnUntraced(function*(options: {
  readonly kubeconfig?: string | undefined
  readonly context?: string | undefined
}) {
  const files = yield* FileSystem.FileSystem
  const open = Effect.gen(function*() {
    const config = yield* read(options.kubeconfig)
    const problem = select(config, options.context)
    return problem === undefined ? config : yield* problem
  })
  const first = yield* open
  const current = yield* Ref.make(first)
  const cluster = first.getCurrentCluster()
  return {
    server: cluster?.server ?? "",
    proxy: cluster?.proxyUrl,
    credentials: Ref.get(current).pipe(
      Effect.flatMap(credentialsOf),
      Effect.provideService(FileSystem.FileSystem, files)
    ),
    forget: open.pipe(Effect.flatMap((config) => Ref.set(current, config)), Effect.ignore)
  } satisfies Access
})
