/** `orchestrator release-jobs`: flags and help. What it does is in `serve/ReleaseJobs.ts`, loaded when it is asked for. */
import { Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { contextFlag, kubeconfigFlag } from "./clusterFlags.ts"

const flags = {
  namespace: Flag.String("namespace").pipe(
    Flag.withAlias("n"),
    Flag.withDescription("Namespace of the runs")
  ),
  kubeconfig: kubeconfigFlag,
  context: contextFlag
}

export type ReleaseJobsInput = Command.Command.Config.Infer<typeof flags>

const run = Effect.fnUntraced(function*(input: ReleaseJobsInput) {
  const { releaseJobs } = yield* Effect.promise(() => import("../serve/ReleaseJobs.ts"))
  return yield* releaseJobs(input)
})

export const releaseJobsCommand = Command.make("release-jobs", flags, run).pipe(
  Command.withDescription(
    "Let go of every Job, before the orchestrator is removed; the chart's uninstall hook does this"
  ),
  Command.withExamples([
    { command: "orchestrator release-jobs --namespace orchestrator", description: "Before removing it by hand" }
  ])
)
