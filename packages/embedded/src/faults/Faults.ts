/**
 * The client of a simulated process: the same service as everywhere, whose calls wait until the simulation has them done, and whose watches
 * deliver when it says so. Over this layer the whole controller runs unchanged.
 */
import type { Kind } from "@orchestrator/k8s/Kinds"
import {
  describeRef,
  KubernetesClient,
  type ListOptions,
  type ObjectRef,
  type WatchOptions
} from "@orchestrator/k8s/KubernetesClient"
import { KubernetesError, type KubernetesErrorReason } from "@orchestrator/k8s/KubernetesError"
import type { KubernetesObject } from "@orchestrator/k8s/Objects"
import { Cause, Effect, Exit, Result, Stream } from "effect"
import type { Verb } from "../EmbeddedStore.ts"
import type { Call } from "./Call.ts"
import type { Feed } from "./Feed.ts"
import type { Process } from "./Process.ts"
import { type Server, streamOf } from "./Server.ts"

type Subject = { readonly name?: string | undefined; readonly namespace?: string | undefined }

export interface Network {
  readonly server: Server
  readonly now: () => number
  readonly send: (call: Call) => void
  readonly takeBack: (call: Call) => void
  /** A watch is open: its events may be delivered. */
  readonly follow: (process: Process, feed: Feed) => void
}

const failureOf = <A>(exit: Exit.Exit<A, KubernetesError>): KubernetesError | undefined => {
  if (Exit.isSuccess(exit)) return undefined
  const found = exit.cause.reasons.find(Cause.isFailReason)
  return found?.error
}

export const clientOf = (
  { follow, now, send, server, takeBack }: Network,
  process: Process
): KubernetesClient["Service"] => {
  const { client } = server

  const request = <A>(
    verb: Verb,
    kind: Kind,
    subject: Subject,
    sent: unknown,
    perform: () => Exit.Exit<A, KubernetesError>
  ): Effect.Effect<A, KubernetesError> =>
    Effect.callback<A, KubernetesError>((resume) => {
      if (!process.isAlive) return
      let exit: Exit.Exit<A, KubernetesError> | undefined
      const call: Call = {
        order: server.nextOrder(),
        process,
        verb,
        kind,
        namespace: subject.namespace,
        name: subject.name ?? "",
        sent,
        sentAt: now(),
        commit: () => {
          exit = perform()
          return Exit.isSuccess(exit) ? "ok" : failureOf(exit)?.reason._tag ?? "defect"
        },
        reply: () => resume(exit ?? Effect.never),
        fail: (reason: KubernetesErrorReason) =>
          resume(Effect.fail(new KubernetesError({ operation: verb, ref: describeRef(kind, subject), reason }))),
        heldUntil: 0,
        isDecided: false
      }
      send(call)
      return Effect.sync(() => takeBack(call))
    })

  /** On the server the call is done without waiting. */
  const done = <A>(effect: Effect.Effect<A, KubernetesError>) => (): Exit.Exit<A, KubernetesError> =>
    server.run(effect) ?? Exit.die(new Error("expected the API server to answer at once"))

  const refOf = ({ metadata }: KubernetesObject): Subject => metadata

  return KubernetesClient.of({
    get: <A extends KubernetesObject>(kind: Kind<A>, ref: ObjectRef) =>
      request("get", kind, ref, undefined, done(client.get(kind, ref))),
    list: <A extends KubernetesObject>(kind: Kind<A>, options: ListOptions = {}) =>
      request(
        "list",
        kind,
        { namespace: options.namespace },
        options,
        () => done(client.list(kind, viewed(process, options)))()
      ),
    watch: <A extends KubernetesObject>(kind: Kind<A>, options: WatchOptions = {}) =>
      Stream.unwrap(Effect.map(
        request("watch", kind, { namespace: options.namespace }, options, () => {
          const opened = server.open(kind, options, process.view?.revision)
          if (Result.isSuccess(opened)) return Exit.succeed(opened.success)
          return Exit.fail(
            new KubernetesError({ operation: "watch", ref: describeRef(kind, options), reason: opened.failure })
          )
        }),
        (feed) => {
          follow(process, feed)
          return streamOf<A>(kind, feed)
        }
      )),
    create: (kind, object, options) =>
      request("create", kind, refOf(object), object, done(client.create(kind, object, options))),
    replace: (kind, object, options) =>
      request("replace", kind, refOf(object), object, done(client.replace(kind, object, options))),
    replaceStatus: (kind, object, options) =>
      request("replaceStatus", kind, refOf(object), object, done(client.replaceStatus(kind, object, options))),
    patch: (kind, ref, patch, options) =>
      request("patch", kind, ref, patch, done(client.patch(kind, ref, patch, options))),
    patchStatus: (kind, ref, patch, options) =>
      request("patchStatus", kind, ref, patch, done(client.patchStatus(kind, ref, patch, options))),
    delete: (kind, ref, options) => request("delete", kind, ref, options, done(client.delete(kind, ref, options))),
    podLogs: (ref, options) => client.podLogs(ref, options)
  })
}

/** A list of an API server that is behind is of its revision. */
const viewed = ({ view }: Process, options: ListOptions): ListOptions =>
  view === undefined || options.continue !== undefined
    ? options
    : { ...options, resourceVersion: String(view.revision), resourceVersionMatch: "Exact" }
