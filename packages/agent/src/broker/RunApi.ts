/** The broker's side of its contract with the runner. */
import { NodeHttpServer } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import type { ForgeError } from "../forge/ForgeError.ts"
import { Spending } from "../model/Spending.ts"
import {
  BranchDecided,
  BrokerApi,
  CommitRefused,
  NoIssue,
  NoSigner,
  NothingDelivered,
  RemoteFailed,
  SignerBusy,
  SigningFailed,
  UnknownSubmodule
} from "../pod/BrokerApi.ts"
import { Kept } from "./evidence/Kept.ts"
import { Patch } from "./evidence/Patch.ts"
import type { MirrorError } from "./git/Mirror.ts"
import { type SignError, Signing } from "./git/Signing.ts"
import { RunSubmodules } from "./git/Submodules.ts"
import { Target } from "./git/Target.ts"
import { Handover } from "./Handover.ts"
import { BrokerReport } from "./services/BrokerReport.ts"
import { makeSlots } from "./services/Slots.ts"
import { TaskIssue } from "./TaskIssue.ts"

/** No agent commits more often at once; whoever comes on top is told so. */
const signaturesAtOnce = 8

/** Services' errors as the contract has them. */
const told = {
  MirrorError: ({ message }: MirrorError) =>
    Effect.andThen(Effect.logWarning(message), Effect.fail(new RemoteFailed({ message }))),
  ForgeError: ({ message, reason }: ForgeError) =>
    Effect.andThen(
      Effect.logWarning(message),
      Effect.fail(reason._tag === "Unavailable" ? new RemoteFailed({ message }) : new NoIssue({ message }))
    ),
  SignError: ({ message, refused }: SignError) =>
    Effect.andThen(
      Effect.logWarning(`a commit was not signed: ${message}`),
      Effect.fail(refused ? new CommitRefused({ message }) : new SigningFailed({ message }))
    )
}

const handlers = HttpApiBuilder.group(BrokerApi, "run", (all) =>
  Effect.gen(function*() {
    const { signer } = yield* Signing
    const signatures = makeSlots(signaturesAtOnce)
    const handover = yield* Handover
    const kept = yield* Kept
    const patch = yield* Patch
    const spending = yield* Spending
    const submodules = yield* RunSubmodules
    const target = yield* Target
    const taskIssue = yield* TaskIssue
    const brokerReport = yield* BrokerReport

    const run = Effect.gen(function*() {
      const { base, branch } = yield* target.current
      const lastAnswer = yield* spending.lastAnswer
      return {
        branch,
        base,
        brokerReport: yield* brokerReport.read,
        asking: yield* spending.asking,
        ...(lastAnswer === undefined ? {} : { lastAnswer })
      }
    }).pipe(Effect.catchTags({ MirrorError: told.MirrorError }))

    return all.handleAll({
      run: () => run,
      branch: Effect.fnUntraced(function*() {
        if (yield* target.switchToOwnBranch) return yield* run
        return yield* new BranchDecided({ message: "Something was pushed to the branch already." })
      }, Effect.catchTags({ MirrorError: told.MirrorError })),
      deliver: ({ payload }) => handover.deliver(payload).pipe(Effect.catchTags({ MirrorError: told.MirrorError })),
      sign: Effect.fnUntraced(function*({ payload }) {
        if (signer === undefined) {
          return yield* new NoSigner({ message: "This installation signs no commits (git.signing)." })
        }
        if (!(yield* signatures.tryAcquire)) {
          return yield* new SignerBusy({ message: `More than ${signaturesAtOnce} commits to sign at once.` })
        }
        return yield* signer.sign(payload).pipe(Effect.catchTags({ SignError: told.SignError }))
      }),
      evidence: ({ payload }) => kept.take(payload),
      diff: Effect.fnUntraced(function*() {
        return (yield* patch.read) ?? (yield* new NothingDelivered({ message: "Nothing was delivered." }))
      }),
      issue: Effect.fnUntraced(function*() {
        const issue = yield* taskIssue.read
        return issue ?? (yield* new NoIssue({ message: "The run names no issue." }))
      }, Effect.catchTags({ ForgeError: told.ForgeError })),
      cancel: () => spending.cancel,
      submodules: () => submodules.list.pipe(Effect.catchTags({ MirrorError: told.MirrorError })),
      submoduleCommit: Effect.fnUntraced(function*({ params: { commit, id } }) {
        yield* submodules.list
        if (submodules.folder(id) === undefined) {
          return yield* new UnknownSubmodule({ message: "The run has no such submodule." })
        }
        return { known: yield* submodules.take(id, commit) }
      }, Effect.catchTags({ MirrorError: told.MirrorError }))
    })
  }))

export const noSuchAddress = "The broker has no such address."

/** Answers whatever is below the contract's paths. */
export const makeRunApi = Effect.map(
  HttpRouter.toHttpEffect(
    HttpApiBuilder.layer(BrokerApi).pipe(Layer.provide(handlers), Layer.provide(NodeHttpServer.layerHttpServices))
  ),
  Effect.catch(() => Effect.succeed(HttpServerResponse.jsonUnsafe({ message: noSuchAddress }, { status: 404 })))
)
