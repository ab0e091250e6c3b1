/** `orchestrator release-jobs`: flags and help. What it does is in `release/ReleaseJobs.ts`, loaded when it is asked for. */
import { Effect } from "effect"
import { Command, Flag } from "effect/cli"
import type { ReleaseJobsInput } from "../release/ReleaseJobs.ts"
import { contextFlag, kubeconfigFlag } from "./flags/clusterFlags.ts"

const flags = {
  namespace: Flag.String("namespace").pipe(
    Flag.withAlias("n"),
    Flag.withDescription("Namespace of the runs; may be given several times, \"*\" is every one"),
    Flag.atLeast(1)
  ),
  kubeconfig: kubeconfigFlag,
  context: contextFlag
}

const run = Effect.fnUntraced(function*(input: ReleaseJobsInput) {
  const { releaseJobs } = yield* Effect.promise(() => import("../release/ReleaseJobs.ts"))
  return yield* releaseJobs(input)
})

export const releaseJobsCommand = Command.make("release-jobs", flags, run).pipe(
  Command.withDescription(
    "Release every Job before uninstalling; the chart's uninstall hook runs this"
  ),
  Command.withExamples([
    { command: "orchestrator release-jobs --namespace orchestrator", description: "Before uninstalling by hand" },
    {
      command: "orchestrator release-jobs --namespace orchestrator --namespace team-b",
      description: "Where several namespaces are looked after"
    }
  ])
)
