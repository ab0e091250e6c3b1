/** Where the run's broker is: in a container of the pod, or, where the agent has the credentials, in this process. */
import { brokerNames, runnerNames } from "@orchestrator/domain/PodEnvironment"
import { Commit } from "@orchestrator/domain/Reported"
import { BranchName } from "@orchestrator/domain/SpecText"
import { Effect, Schema } from "effect"
import type { BrokerRoute } from "../git/UpstreamAccess.ts"
import type { Environment } from "../pod/Environment.ts"
import { awaitEndpoint } from "./services/Endpoint.ts"
import { RunnerConfig } from "./services/RunnerConfig.ts"
import { WorkspaceState } from "./workspace/WorkspaceState.ts"

/** The pod's, once it is there. */
const beside = (file: string, environment: Environment) => {
  const seconds = Number(environment[runnerNames.brokerSeconds])
  return Effect.map(
    awaitEndpoint(file, seconds > 0 ? seconds : 90),
    (endpoint): BrokerRoute => ({ endpoint, ownAccess: undefined })
  )
}

const isPushed = Schema.is(Schema.Struct({ branch: BranchName, pushed: Commit }))

/** What the run put on its branch before, by the workspace: the attempt may have been lost before its status said so. */
const pushedBefore = Effect.gen(function*() {
  const { run } = yield* RunnerConfig
  const { branches } = yield* (yield* WorkspaceState).read
  const known = Object.entries(branches)
    .map(([branch, { pushed, runUid }]) => ({ branch, pushed, runUid }))
    .find((claim) => claim.runUid === run.uid && isPushed(claim))
  return known?.pushed === undefined
    ? {}
    : { [brokerNames.knownBranch]: known.branch, [brokerNames.knownHead]: known.pushed }
}).pipe(Effect.provide(WorkspaceState.layer))

/** For as long as the scope is open. Its code is loaded only here. */
const here = Effect.fnUntraced(function*(environment: Environment) {
  const { brokerInProcess } = yield* Effect.promise(() => import("../broker/InProcess.ts"))
  const { brokerVariables } = yield* RunnerConfig
  return yield* brokerInProcess(environment, { ...yield* pushedBefore, ...brokerVariables })
})

export const findBroker = (environment: Environment) => {
  const file = environment[runnerNames.brokerEndpointFile]
  return file === undefined ? here(environment) : beside(file, environment)
}
