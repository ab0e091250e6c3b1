/**
 * What runner and broker say to each other, as a contract that the broker implements and the runner's client is derived from. Every request
 * carries the run's token. Models and repositories are beside it: they stream through, in the words of others.
 */
import { Delivery } from "@orchestrator/domain/AgentResult"
import { BrokerResult } from "@orchestrator/domain/BrokerResult"
import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, HttpApiSchema } from "effect/http-api"

/** No body of a request is longer, a commit to sign included. */
export const largestBody = 1_048_576

/** The one branch that the run may write, where its work starts, and what the broker has seen so far. */
const RunAnswer = Schema.Struct({
  branch: Schema.String,
  base: Schema.String,
  brokerReport: BrokerResult,
  /** Requests to a model whose answers have not ended. */
  asking: Schema.optionalKey(Schema.Int),
  /** Status of the last answer that the agent got in place of a model's, or with it, and why it is not whole. */
  lastAnswer: Schema.optionalKey(Schema.Struct({ status: Schema.Int, unfinished: Schema.optionalKey(Schema.String) }))
})
export type RunAnswer = typeof RunAnswer.Type

/** What the runner says of work that is done. */
export const Work = Schema.Struct({
  summary: Schema.String.check(Schema.isMaxLength(200_000)),
  /** What the agent's own count of the cost is. */
  costUsd: Schema.optionalKey(Schema.Finite)
})
export type Work = typeof Work.Type

/** What was read back of it. */
export const Delivered = Schema.Struct({
  delivery: Delivery,
  /** Whether there is an API for pull requests beside the remote. */
  forgeKnown: Schema.Boolean,
  /** Why there is no pull request. */
  pullRequestProblem: Schema.optionalKey(Schema.String)
})
export type Delivered = typeof Delivered.Type

/** A submodule as the run gets it. */
export const Submodule = Schema.Struct({
  id: Schema.Int,
  /** From the root of the run's repository. */
  path: Schema.String,
  /** Where it comes from; empty where it cannot be had. */
  url: Schema.String,
  /** That the branch pins on which the work starts. */
  commit: Schema.String,
  /** Why it cannot be had. */
  problem: Schema.optionalKey(Schema.String)
})
export type Submodule = typeof Submodule.Type

/** The issue that says what to do, with what of it counts. */
export const TaskIssue = Schema.Struct({ title: Schema.String, text: Schema.String })
export type TaskIssue = typeof TaskIssue.Type

const problem = { message: Schema.String }

/** A repository could not be asked, or said no. */
export class RemoteFailed extends Schema.TaggedError<RemoteFailed>()("RemoteFailed", problem, { httpApiStatus: 502 }) {}

/** The run's branch is decided: something is on it. */
export class BranchDecided
  extends Schema.TaggedError<BranchDecided>()("BranchDecided", problem, { httpApiStatus: 409 })
{}

export class UnknownSubmodule
  extends Schema.TaggedError<UnknownSubmodule>()("UnknownSubmodule", problem, { httpApiStatus: 404 })
{}

/** The run names no issue, or one that cannot be its task. */
export class NoIssue extends Schema.TaggedError<NoIssue>()("NoIssue", problem, { httpApiStatus: 422 }) {}

export class NothingDelivered
  extends Schema.TaggedError<NothingDelivered>()("NothingDelivered", problem, { httpApiStatus: 404 })
{}

/** The installation signs nothing. */
export class NoSigner extends Schema.TaggedError<NoSigner>()("NoSigner", problem, { httpApiStatus: 404 }) {}

/** This commit is not signed, however often it is asked. */
export class CommitRefused
  extends Schema.TaggedError<CommitRefused>()("CommitRefused", problem, { httpApiStatus: 422 })
{}

/** Another time it may be. */
export class SignerBusy extends Schema.TaggedError<SignerBusy>()("SignerBusy", problem, { httpApiStatus: 503 }) {}

export class SigningFailed
  extends Schema.TaggedError<SigningFailed>()("SigningFailed", problem, { httpApiStatus: 500 })
{}

const Id = Schema.FiniteFromString.check(Schema.isInt(), Schema.isBetween({ minimum: 0, maximum: 9999 }))
const Commit = Schema.String.check(Schema.isPattern(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/))

/** Of what the runner sees: so much as came since the part before. The agent's side of the story. */
export const EvidencePart = Schema.Struct({
  /** Lines, each with its time. */
  log: Schema.String,
  /** Events of the conversation; what is none is left out. */
  events: Schema.Array(Schema.Unknown),
  /** Pieces that came faster than they could be handed over. */
  leftOut: Schema.Int,
  result: Schema.optionalKey(Schema.String.check(Schema.isMaxLength(65_536)))
})
export type EvidencePart = typeof EvidencePart.Type

export class BrokerApi extends HttpApi.make("broker").add(
  HttpApiGroup.make("run", { topLevel: true }).add(
    HttpApiEndpoint.get("run", "/run", { success: RunAnswer, error: RemoteFailed }),
    /** Moves to the branch with the run's suffix. */
    HttpApiEndpoint.post("branch", "/run/branch", { success: RunAnswer, error: [BranchDecided, RemoteFailed] }),
    HttpApiEndpoint.post("deliver", "/run/deliver", { payload: Work, success: Delivered, error: RemoteFailed }),
    /** An armored signature of a commit as git hands it to a signer. */
    HttpApiEndpoint.post("sign", "/run/sign", {
      payload: Schema.Uint8Array.pipe(HttpApiSchema.asUint8Array()),
      success: Schema.String.pipe(HttpApiSchema.asText()),
      error: [NoSigner, CommitRefused, SignerBusy, SigningFailed]
    }),
    HttpApiEndpoint.post("evidence", "/run/evidence", { payload: EvidencePart, success: HttpApiSchema.NoContent }),
    /** As it is now. */
    HttpApiEndpoint.get("issue", "/run/issue", { success: TaskIssue, error: [NoIssue, RemoteFailed] }),
    /** What the run delivered, as a patch. */
    HttpApiEndpoint.get("diff", "/run/diff", {
      success: Schema.String.pipe(HttpApiSchema.asText()),
      error: NothingDelivered
    }),
    /** The run takes nothing more of a model. */
    HttpApiEndpoint.post("cancel", "/run/cancel", { success: HttpApiSchema.NoContent }),
    HttpApiEndpoint.get("submodules", "/run/submodules", {
      success: Schema.Array(Submodule),
      error: RemoteFailed
    }),
    /** Whether others can have this commit of it. */
    HttpApiEndpoint.get("submoduleCommit", "/run/submodules/:id/:commit", {
      params: { id: Id, commit: Commit },
      success: Schema.Struct({ known: Schema.Boolean }),
      error: [UnknownSubmodule, RemoteFailed]
    })
  )
) {}
