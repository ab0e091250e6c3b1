/** What the containers of the scripted node do, by the variable SCRIPT of their run, and the words of those that are told to end. */
import { emptyBrokerResult } from "@orchestrator/domain/BrokerResult"
import { runUidLabel } from "@orchestrator/domain/Labels"
import type { ContainerRequest } from "@orchestrator/embedded/node/PodRuntime"
import { type Script, type ScriptedContainer, ScriptedNode } from "@orchestrator/embedded/node/ScriptedRuntime"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Duration, Effect } from "effect"
import { eventually } from "./Eventually.ts"

type End = Pick<ScriptedContainer, "exitCode" | "message">

const delivery = (headCommit: string) => ({
  branch: "feature/task-1-implementation",
  headCommit,
  changed: true,
  verifiedAt: "2026-01-01T00:00:00Z"
})

const [whole, saved] = ["0123456789abcdef0123456789abcdef01234567", "fedcba9876543210fedcba9876543210fedcba98"]

const delivered = (env: ContainerRequest["env"]): End => ({
  exitCode: 0,
  message: JSON.stringify({
    outcome: "Completed",
    message: "Done.",
    sessionId: env["SESSION_ID"],
    resumed: false,
    usage: { costUsd: 0.25, turns: 4 },
    delivery: delivery(whole)
  })
})

const interrupted: End = {
  exitCode: 143,
  message: JSON.stringify({ outcome: "Interrupted", message: "The work was saved.", delivery: delivery(saved) })
}

const failed: End = {
  exitCode: 1,
  message: JSON.stringify({ outcome: "Failed", reason: "SetupFailed", message: "It was not to be." })
}

/** What the broker has read back when the agent has done as told. */
const brokerReport = (how: string): string =>
  JSON.stringify({
    ...emptyBrokerResult,
    costUsd: 0.25,
    ...(how === "fail" ? {} : { delivery: delivery(how === "deliver" ? whole : saved) })
  })

const orderOf = ({ pod }: ContainerRequest): string =>
  pod.spec.containers.find(({ name }) => name === "claude")?.env?.find(({ name }) => name === "SCRIPT")?.value ??
    "deliver 300"

/**
 * `unpulled`: it has no image. `deliver`, `fail`, `never`: until it is told to by `deliver` below, or to stop; `meek`: like never, but it ends with 0 when told to stop.
 * And the milliseconds it takes. Its broker, where there is one, ends when it is told to and has read back what such an agent leaves.
 */
export const script: Script = (request) => {
  const { container, env } = request
  const [how = "", millis] = orderOf(request).split(" ")
  if (container.name === "broker") {
    return { after: "never", onTerminate: { exitCode: 0, message: brokerReport(how) } }
  }
  if (container.name === "istio-proxy") return { after: "never", onTerminate: { exitCode: 0 } }
  if (container.name !== "claude") return { after: "10 millis" }
  if (how === "unpulled") return { refuse: { reason: "ErrImagePull", message: "manifest unknown", retry: true } }
  const after = how === "never" || how === "meek" ? "never" : Duration.millis(Number(millis ?? 300))
  if (how === "meek") return { after, onTerminate: { exitCode: 0 } }
  if (how === "fail") return { after, ...failed }
  return { after, ...delivered(env), onTerminate: { after: "100 millis", ...interrupted } }
}

/** Lets the agent of a run, which has been told to take for ever, deliver. */
export const deliver = Effect.fnUntraced(function*({ metadata: { uid } }: CustomObject) {
  const node = yield* ScriptedNode
  const isAgent = ({ container, pod }: ContainerRequest) =>
    container.name === "claude" && pod.metadata.labels?.[runUidLabel] === uid
  const running = Effect.map(node.started, (all) => all.find((each) => each.isRunning() && isAgent(each.request)))
  const agent = yield* eventually("its agent to run", running, (found) => found !== undefined)
  if (agent !== undefined) yield* node.finish(isAgent, delivered(agent.request.env))
})
