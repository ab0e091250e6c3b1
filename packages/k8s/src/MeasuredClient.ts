/** A client whose requests are counted, by verb and code, and timed. A watch counts when it begins, or fails to. */
import { millisOf, monotonicMillis } from "@orchestrator/domain/Monotonic"
import { Clock, Context, Effect, Exit, Metric, Option, Stream } from "effect"
import { KubernetesClient } from "./KubernetesClient.ts"
import type { KubernetesError, KubernetesErrorReason } from "./KubernetesError.ts"
import { kubernetesRequests, kubernetesRequestSeconds } from "./Metrics.ts"
import { RecentRequests } from "./RecentRequests.ts"

type Verb = "get" | "list" | "watch" | "create" | "update" | "patch" | "delete"

const codes: Readonly<Record<Exclude<KubernetesErrorReason["_tag"], "Refused" | "ServerError">, string>> = {
  NotFound: "404",
  AlreadyExists: "409",
  Conflict: "409",
  Gone: "410",
  Invalid: "422",
  BadRequest: "400",
  Unauthorized: "401",
  Forbidden: "403",
  MethodNotAllowed: "405",
  TooManyRequests: "429",
  Unreachable: "0",
  Malformed: "0"
}

const codeOf = ({ reason }: KubernetesError): string =>
  reason._tag === "Refused" || reason._tag === "ServerError" ? String(reason.status) : codes[reason._tag]

const codeOfExit = (exit: Exit.Exit<unknown, KubernetesError>, verb: Verb): string =>
  Exit.isSuccess(exit)
    ? verb === "create" ? "201" : "200"
    : Option.match(Exit.findErrorOption(exit), { onNone: () => "0", onSome: codeOf })

const errorOf = (exit: Exit.Exit<unknown, KubernetesError>): KubernetesError | undefined =>
  Option.getOrUndefined(Exit.findErrorOption(exit))

/** Not where whoever asked has given up. */
const isAnswered = (exit: Exit.Exit<unknown, KubernetesError>): boolean =>
  Exit.isSuccess(exit) || errorOf(exit) !== undefined

/** A quota that is used up is refused with the code of a permission that is missing. */
const isOverQuota = (exit: Exit.Exit<unknown, KubernetesError>): boolean => {
  const reason = errorOf(exit)?.reason
  return reason?._tag === "Forbidden" && reason.message.includes("exceeded quota")
}

const count = (verb: Verb, code: string) =>
  Effect.gen(function*() {
    const recent = yield* RecentRequests
    // One that breaks was answered before.
    if (code !== "0") recent.note(code, yield* monotonicMillis)
    yield* Metric.update(kubernetesRequests.of({ verb, code }), 1)
  })

const measured = <A>(verb: Verb, request: Effect.Effect<A, KubernetesError>): Effect.Effect<A, KubernetesError> =>
  Effect.contextWith((context: Context.Context<never>) => {
    const clock = Context.get(context, Clock.Clock)
    const recent = Context.get(context, RecentRequests)
    const began = clock.monotonicTimeNanosUnsafe()
    return Effect.onExit(request, (exit) =>
      Effect.sync(() => {
        const now = clock.monotonicTimeNanosUnsafe()
        const seconds = Number(now - began) / 1e9
        const code = codeOfExit(exit, verb)
        if (isAnswered(exit)) recent.note(isOverQuota(exit) ? "quota" : code, millisOf(now))
        kubernetesRequestSeconds.of({ verb }).updateUnsafe(seconds, context)
        kubernetesRequests.of({ verb, code }).updateUnsafe(1, context)
      }))
  })

export const measuredClient: Effect.Effect<KubernetesClient["Service"], never, KubernetesClient> = Effect.map(
  KubernetesClient,
  (client) =>
    KubernetesClient.of({
      ...client,
      get: (kind, ref) => measured("get", client.get(kind, ref)),
      list: (kind, options) => measured("list", client.list(kind, options)),
      watch: (kind, options) =>
        Stream.onFirst(
          Stream.tapError(client.watch(kind, options), (error) => count("watch", codeOf(error))),
          () => count("watch", "200")
        ),
      create: (kind, object, options) => measured("create", client.create(kind, object, options)),
      replace: (kind, object, options) => measured("update", client.replace(kind, object, options)),
      replaceStatus: (kind, object, options) => measured("update", client.replaceStatus(kind, object, options)),
      patch: (kind, ref, patch, options) => measured("patch", client.patch(kind, ref, patch, options)),
      patchStatus: (kind, ref, patch, options) => measured("patch", client.patchStatus(kind, ref, patch, options)),
      delete: (kind, ref, options) => measured("delete", client.delete(kind, ref, options))
    })
)
