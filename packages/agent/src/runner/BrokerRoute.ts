/** Where the run's broker is: in a container of the pod, or, where the agent has the credentials, in this process. */
import { codeBranch } from "@orchestrator/domain/Names"
import { brokerNames, runnerNames } from "@orchestrator/domain/PodEnvironment"
import { Effect } from "effect"
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

const isCommit = (text: string): boolean => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text)

/** What the run put on the task's branch before, by the workspace: the attempt may have been lost before its status said so. */
const pushedBefore = Effect.gen(function*() {
  const { run, task } = yield* RunnerConfig
  const { branches } = yield* (yield* WorkspaceState).read
  if (task.type === "docs") return {}
  const branch = codeBranch(task.taskId)
  const { pushed = "", runUid } = branches[branch] ?? {}
  return runUid === run.uid && isCommit(pushed)
    ? { [brokerNames.knownBranch]: branch, [brokerNames.knownHead]: pushed }
    : {}
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
