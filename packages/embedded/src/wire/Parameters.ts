/** Query parameters and delete bodies of API requests as the client's options. */
import type {
  DeleteOptions,
  ListOptions,
  PodLogOptions,
  WatchOptions,
  WriteOptions
} from "@orchestrator/k8s/KubernetesClient"
import type { KubernetesErrorReason } from "@orchestrator/k8s/KubernetesError"
import { Predicate, Result } from "effect"
import { badRequest } from "../objects/Refusal.ts"

type Parsed<A> = Result.Result<A, KubernetesErrorReason>

/** A refused option of a request, as the API server words it. */
const invalidOption = (field: string, reason: string, message: string): Result.Result<never, KubernetesErrorReason> =>
  Result.fail({
    _tag: "Invalid",
    message: `the options of the request are invalid: ${field}: ${message}`,
    causes: [{ field, reason, message }]
  })

const unsupported = (field: string, found: unknown, choices: ReadonlyArray<string>) =>
  invalidOption(
    field,
    "FieldValueNotSupported",
    `Unsupported value: ${JSON.stringify(found)}: supported values: ${
      choices.map((choice) => `"${choice}"`).join(", ")
    }`
  )

const text = (query: URLSearchParams, name: string): string | undefined => query.get(name) || undefined

const flag = (query: URLSearchParams, name: string): boolean | undefined => {
  const value = query.get(name)
  return value === null ? undefined : value !== "false" && value !== "0"
}

/** The API server takes no number for absent only where the parameter is absent. */
const count = (query: URLSearchParams, name: string): Parsed<number | undefined> => {
  const value = text(query, name)
  if (value === undefined) return Result.succeed(undefined)
  return /^\d{1,15}$/.test(value)
    ? Result.succeed(Number(value))
    : Result.fail(
      badRequest(`invalid query parameter "${name}": expected a whole number of 0 or more, found "${value}"`)
    )
}

const oneOf = <const A extends string>(
  query: URLSearchParams,
  name: string,
  choices: ReadonlyArray<A>
): Parsed<A | undefined> => {
  const value = text(query, name)
  if (value === undefined) return Result.succeed(undefined)
  const choice = choices.find((choice) => choice === value)
  return choice === undefined ? unsupported(name, value, choices) : Result.succeed(choice)
}

const selectors = (query: URLSearchParams, namespace: string | undefined) => ({
  namespace,
  labelSelector: text(query, "labelSelector"),
  fieldSelector: text(query, "fieldSelector")
})

export const isWatch = (query: URLSearchParams): boolean => flag(query, "watch") === true

export const listOptions = (query: URLSearchParams, namespace: string | undefined): Parsed<ListOptions> =>
  Result.gen(function*() {
    return {
      ...selectors(query, namespace),
      limit: (yield* count(query, "limit")) || undefined,
      continue: text(query, "continue"),
      resourceVersion: text(query, "resourceVersion"),
      resourceVersionMatch: yield* oneOf(query, "resourceVersionMatch", ["Exact", "NotOlderThan"])
    }
  })

export const watchOptions = (query: URLSearchParams, namespace: string | undefined): Parsed<WatchOptions> =>
  Result.gen(function*() {
    const sendInitialEvents = flag(query, "sendInitialEvents")
    const match = yield* oneOf(query, "resourceVersionMatch", ["Exact", "NotOlderThan"])
    if (sendInitialEvents !== undefined && match !== "NotOlderThan") {
      return yield* invalidOption(
        "resourceVersionMatch",
        "FieldValueForbidden",
        "Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"
      )
    }
    return {
      ...selectors(query, namespace),
      resourceVersion: text(query, "resourceVersion"),
      allowWatchBookmarks: flag(query, "allowWatchBookmarks"),
      sendInitialEvents,
      timeoutSeconds: (yield* count(query, "timeoutSeconds")) || undefined
    }
  })

const isDryRun = (values: ReadonlyArray<unknown>): Parsed<boolean> =>
  values.every((value) => value === "All")
    ? Result.succeed(values.length > 0)
    : unsupported("dryRun", values, ["All"])

/** Who writes: named by the request, otherwise the program as its user agent names it. */
export const writeOptions = (query: URLSearchParams, userAgent: string | undefined): Parsed<WriteOptions> =>
  Result.gen(function*() {
    const program = userAgent?.split("/")[0]?.trim() || "unknown"
    return {
      dryRun: yield* isDryRun(query.getAll("dryRun")),
      fieldManager: text(query, "fieldManager") ?? program,
      fieldValidation: yield* oneOf(query, "fieldValidation", ["Ignore", "Warn", "Strict"])
    }
  })

const policies = ["Background", "Foreground", "Orphan"] as const

const field = (body: unknown, name: string): unknown => Predicate.hasProperty(body, name) ? body[name] : undefined

/** Of the body, `kubectl`'s way, or of the query, `curl`'s. */
export const deleteOptions = (query: URLSearchParams, body: unknown): Parsed<DeleteOptions> =>
  Result.gen(function*() {
    const preconditions = field(body, "preconditions")
    const wanted = field(body, "propagationPolicy")
    const named = policies.find((policy) => policy === wanted)
    if (typeof wanted === "string" && named === undefined) {
      return yield* unsupported("propagationPolicy", wanted, policies)
    }
    const grace = field(body, "gracePeriodSeconds")
    const dryRun = field(body, "dryRun")
    const orphans = flag(query, "orphanDependents") ?? field(body, "orphanDependents")
    const [uid, resourceVersion] = [field(preconditions, "uid"), field(preconditions, "resourceVersion")]
    return {
      uid: typeof uid === "string" ? uid : undefined,
      resourceVersion: typeof resourceVersion === "string" ? resourceVersion : undefined,
      propagationPolicy: named ?? (yield* oneOf(query, "propagationPolicy", policies)) ??
        (orphans === true ? "Orphan" : undefined),
      gracePeriodSeconds: typeof grace === "number" ? grace : yield* count(query, "gracePeriodSeconds"),
      dryRun: yield* isDryRun([...query.getAll("dryRun"), ...(Array.isArray(dryRun) ? dryRun : [])])
    }
  })

/** `fieldManager` of an apply, which names its manager itself. */
export const applyManager = (query: URLSearchParams): Parsed<string> => {
  const manager = text(query, "fieldManager")
  return manager === undefined
    ? invalidOption("fieldManager", "FieldValueRequired", "Required value: is required for apply patch")
    : Result.succeed(manager)
}

export const logOptions = (query: URLSearchParams): Parsed<PodLogOptions> =>
  Result.gen(function*() {
    return {
      container: text(query, "container"),
      follow: flag(query, "follow"),
      previous: flag(query, "previous"),
      timestamps: flag(query, "timestamps"),
      sinceTime: text(query, "sinceTime"),
      tailLines: yield* count(query, "tailLines"),
      limitBytes: yield* count(query, "limitBytes"),
      sinceSeconds: yield* count(query, "sinceSeconds")
    }
  })
