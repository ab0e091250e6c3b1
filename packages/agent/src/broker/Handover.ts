/**
 * Delivery, when the runner says that the work is done: the branch is read back, the pull request found or opened and read back, and
 * both reported. What the runner says of the work is a text in a pull request and proves nothing.
 */
import type { Delivery } from "@orchestrator/domain/AgentResult"
import { Context, DateTime, Effect, Fiber, Layer, Semaphore } from "effect"
import { Forge } from "../forge/Forge.ts"
import { ownPart, titleOf } from "../forge/PullRequestText.ts"
import type { Delivered, Work } from "../pod/BrokerApi.ts"
import { MirrorError } from "./git/Mirror.ts"
import { Target } from "./git/Target.ts"
import { BrokerConfig } from "./services/BrokerConfig.ts"
import { BrokerReport } from "./services/BrokerReport.ts"
import { Credentials } from "./services/Credentials.ts"
import { TaskIssue } from "./TaskIssue.ts"

/** The forge counts the requests of a token, which all runs of a user share: one agent may not use them up. */
const mostHandovers = 30

/** Deliveries that wait for one another; each keeps what it was given. */
const longestLine = 8

/** What the forge answered. */
interface ForgeAnswer {
  readonly url?: string
  readonly problem?: string
}

export class Handover extends Context.Service<Handover, {
  /** Delivers what was pushed. */
  readonly deliver: (work: Work) => Effect.Effect<Delivered, MirrorError>
}>()("@orchestrator/agent/broker/Handover") {
  static readonly layer = Layer.effect(
    Handover,
    Effect.gen(function*() {
      const { forge: settings, git: { targetUrl }, run } = yield* BrokerConfig
      const { redact } = yield* Credentials
      const forge = yield* Forge
      const issue = yield* TaskIssue
      const target = yield* Target
      const brokerReport = yield* BrokerReport
      yield* brokerReport.update((result) => ({ ...result, forgeKnown: forge.known }))
      /** The pull request that this run had, whether or not it counts by now. */
      let known = (yield* brokerReport.read).delivery?.pullRequestUrl

      const optionsFor = Effect.fnUntraced(function*(head: string, work: Work) {
        const { base, branch } = yield* target.current
        const { costComplete, costUsd } = yield* brokerReport.read
        const priced = costComplete && costUsd !== undefined
        return {
          ...settings.pullRequest,
          title: titleOf((yield* issue.title) ?? settings.title),
          part: ownPart({
            task: run.task,
            taskUrl: settings.taskUrl,
            closing: issue.closing,
            run,
            summary: redact(work.summary),
            costUsd: priced ? costUsd : work.costUsd,
            costBy: priced ? "prices" : "agent"
          }),
          runUid: run.uid,
          branch,
          base: settings.pullRequest.base ?? base,
          head,
          known
        }
      })

      let handovers = 0

      const ask = Effect.fnUntraced(function*(head: string, work: Work): Effect.fn.Return<ForgeAnswer, MirrorError> {
        if (handovers++ >= mostHandovers) {
          return { problem: `this attempt has used all its ${mostHandovers} requests for a pull request` }
        }
        return yield* forge.deliver(yield* optionsFor(head, work)).pipe(
          Effect.map((url): ForgeAnswer => url === undefined ? {} : { url }),
          Effect.catch((error) => Effect.succeed<ForgeAnswer>({ problem: redact(error.message) }))
        )
      })

      const deliver = Effect.fn("Handover.deliver")(function*(work: Work) {
        const delivery = yield* target.verify
        const { headCommit } = delivery
        if (headCommit === undefined || !delivery.changed || !forge.known) {
          return { delivery, forgeKnown: forge.known }
        }
        const answer = yield* ask(headCommit, work)
        const { pullRequestUrl: _, ...bare } = delivery
        if (answer.url === undefined) {
          const problem = answer.problem ?? "the forge returned no pull request"
          yield* Effect.logWarning(`no pull request: ${problem}`)
          yield* brokerReport.update(({ pullRequestVerifiedAt: _, ...result }) => ({
            ...result,
            delivery: bare,
            pullRequestProblem: problem
          }))
          return { delivery: bare, forgeKnown: true, pullRequestProblem: problem }
        }
        known = answer.url
        const done: Delivery = { ...bare, pullRequestUrl: answer.url }
        const pullRequestVerifiedAt = DateTime.formatIso(yield* DateTime.now)
        yield* brokerReport.update(({ pullRequestProblem: _, ...result }) => ({
          ...result,
          delivery: done,
          pullRequestVerifiedAt
        }))
        yield* Effect.log(`the pull request is ${answer.url}`)
        return { delivery: done, forgeKnown: true }
      })

      const scope = yield* Effect.scope
      const turn = yield* Semaphore.make(1)
      let inLine = 0
      return Handover.of({
        // A runner that goes away meanwhile does not stop it; the end of the broker does.
        deliver: (work) =>
          Effect.suspend(() => {
            if (inLine === longestLine) {
              const reason = `more than ${longestLine} deliveries at once`
              return Effect.fail(new MirrorError({ operation: "look", ref: targetUrl, reason }))
            }
            inLine++
            const whole = Effect.ensuring(turn.withPermit(deliver(work)), Effect.sync(() => inLine--))
            return Effect.flatMap(Effect.forkIn(whole, scope), Fiber.join)
          })
      })
    })
  )
}
