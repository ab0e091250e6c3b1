/** Handing over without a broker: its forge is called in this process, with the credentials of this environment. */
import { inert } from "@orchestrator/domain/Inert"
import { brokerNames } from "@orchestrator/domain/PodEnvironment"
import { Effect, Layer } from "effect"
import { HttpClient } from "effect/http"
import type { BrokerSettings } from "../../broker/services/BrokerConfig.ts"
import { forgeOf } from "../../forge/Forges.ts"
import { deliverPullRequest } from "../../forge/PullRequests.ts"
import { ownPart, titleOf } from "../../forge/PullRequestText.ts"
import { parseAddress } from "../../pod/RemoteAddress.ts"
import { RunnerConfig } from "../services/RunnerConfig.ts"
import { Handover, type Work } from "./Handover.ts"

/** A handover with the broker's own settings, read from the same environment. */
export const layerDirect = ({ environment, forge: settings, git, run }: BrokerSettings) =>
  Layer.effect(
    Handover,
    Effect.gen(function*() {
      const client = yield* HttpClient.HttpClient
      const { token } = yield* RunnerConfig
      const address = parseAddress(git.targetUrl)
      const found = address === undefined ? undefined : forgeOf(address.host, settings)
      const forge = found === undefined || address?.repository === undefined
        ? undefined
        : found.forge.connect({ client, api: found.api, token: Effect.succeed(token) }, address.repository)

      const optionsFor = ({ base, costUsd, delivery, summary, title }: Work, head: string) => ({
        ...settings.pullRequest,
        title: titleOf(environment[brokerNames.pullRequestTitle] ?? inert(title)),
        part: ownPart({ task: run.task, taskUrl: settings.taskUrl, run, summary, costUsd, costBy: "agent" }),
        runUid: run.uid,
        branch: delivery.branch,
        base: settings.pullRequest.base ?? base,
        head,
        known: undefined
      })

      const nobody = Effect.as(Effect.void, undefined)
      return Handover.of({
        decision: nobody,
        switchToOwnBranch: nobody,
        deliver: Effect.fn("Handover.deliver")(function*(work) {
          const { delivery } = work
          const { headCommit: head } = delivery
          if (forge === undefined || head === undefined || !delivery.changed) {
            return { delivery, forgeKnown: forge !== undefined }
          }
          return yield* forge((repository) => deliverPullRequest(repository, optionsFor(work, head))).pipe(
            Effect.tap((url) => Effect.log(`the pull request is ${url}`)),
            Effect.map((pullRequestUrl) => ({ delivery: { ...delivery, pullRequestUrl }, forgeKnown: true })),
            Effect.catch(({ message }) => Effect.succeed({ delivery, forgeKnown: true, pullRequestProblem: message }))
          )
        }),
        brokerReport: nobody,
        signer: undefined,
        cancel: Effect.void
      })
    })
  )
