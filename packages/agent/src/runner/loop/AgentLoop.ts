/** The agent's processes of one attempt, one after another, until an end stands. */
import { runnerNames } from "@orchestrator/domain/PodEnvironment"
import { attemptText } from "@orchestrator/domain/Retry"
import { addUsage, type Usage } from "@orchestrator/domain/Usage"
import { Clock, DateTime, Effect, FileSystem, Ref } from "effect"
import type { AgentFiles, SessionPlan } from "../../agents/AgentCli.ts"
import type { Observation } from "../../agents/Following.ts"
import type { ProcessEnd } from "../../agents/ProcessEnd.ts"
import { configEnvironment, identityOf } from "../../git/GitSettings.ts"
import { Upstream } from "../../git/Upstream.ts"
import { setupFailed } from "../../pod/RunFailure.ts"
import { Handover } from "../handover/Handover.ts"
import type { RunnerSettings } from "../services/RunnerConfig.ts"
import type { Prepared } from "../workspace/Setup.ts"
import { agentEnvironment, markVariable, remaining } from "./AgentEnvironment.ts"
import { nextStep, nothingTried, type Tried } from "./NextStep.ts"
import { Processes } from "./Processes.ts"
import { goOnPrompt, startPrompt } from "./Prompt.ts"
import { SessionStore } from "./SessionStore.ts"
import { Supervisor } from "./Supervisor.ts"

/** What is known of the attempt while it runs; an interruption reports it as it stands. */
export interface RunnerReport {
  readonly sessionId: string
  /** Whether it continues an earlier attempt's. */
  readonly resuming: boolean
  /** Whether a process of the agent has begun in it. */
  readonly begun: boolean
  readonly resumeProblem?: string
  /** Of processes that have ended. */
  readonly usage?: Usage
}

export interface LoopState {
  readonly report: Ref.Ref<RunnerReport | undefined>
  readonly seen: Ref.Ref<Observation>
}

const describe = (plan: SessionPlan) =>
  plan.resume === undefined
    ? `new session ${plan.sessionId}${plan.problem === undefined ? "" : ` (${plan.problem})`}`
    : `resuming session ${plan.sessionId}`

/** Runs the agent until it is done, cannot go on, or has used up its tries. */
export const runAgent = Effect.fn("AgentLoop.runAgent")(function*(
  settings: RunnerSettings,
  prepared: Prepared,
  files: AgentFiles,
  { seen, report }: LoopState
) {
  const handover = yield* Handover
  const sessions = yield* SessionStore
  const processes = yield* Processes
  const supervisor = yield* Supervisor
  const upstream = yield* Upstream
  const fs = yield* FileSystem.FileSystem
  const { agent } = settings
  const { workingDirectory } = prepared
  const real = yield* fs.realPath(workingDirectory).pipe(Effect.orElseSucceed(() => workingDirectory))
  const mark = `${settings.run.uid}-${attemptText(settings.run.attempt)}`
  const access = upstream.agentAccess
  const environmentOf = (sessionId: string) =>
    agentEnvironment(agent, {
      sessionId,
      workingDirectory: real,
      environment: { ...settings.environment, [runnerNames.gitAllowProtocol]: settings.agentProtocols },
      home: settings.roots.home,
      configFolder: settings.roots.agentConfig,
      roots: settings.roots,
      git: { ...configOf(access.settings), ...access.environment },
      user: identityOf(settings.githubUser),
      toolServers: files.mcpServers.length > 0,
      root: processes.isRoot,
      mark
    })

  const start = Effect.fnUntraced(function*(plan: SessionPlan, prompt: string) {
    yield* Effect.log(describe(plan))
    const used = (yield* Ref.get(report))?.usage
    const environment = environmentOf(plan.sessionId)
    const invocation = {
      model: settings.model,
      session: plan,
      workingDirectory,
      configFolder: settings.roots.agentConfig,
      files,
      environment,
      ...remaining(settings, used)
    }
    if (agent.longestPrompt !== undefined && prompt.length > agent.longestPrompt) {
      return yield* setupFailed(
        `the prompt has ${prompt.length} characters; ${agent.name} takes at most ${agent.longestPrompt}`
      )
    }
    yield* agent.renew(invocation)
    const ended = yield* supervisor.run({
      agent,
      invocation,
      environment,
      prompt,
      marks: [
        agent.sessionMark({ sessionId: plan.sessionId, configFolder: settings.roots.agentConfig }),
        `${markVariable}=${mark}`
      ],
      bounds: settings.bounds,
      broker: handover.brokerReport
    }, seen)
    const observation = ended.seen
    const usage = addUsage(used, observation.usage)
    const begun = observation.begun && !observation.unfit
    yield* Ref.update(report, (before) =>
      before === undefined
        ? before
        : { ...before, begun: before.begun || begun, ...(usage === undefined ? {} : { usage }) })
    return ended.processEnd(observation.failed ? yield* handover.brokerReport : undefined, yield* DateTime.now)
  })

  let plan = yield* sessions.begin(workingDirectory)
  const wasResumed = plan.resume !== undefined
  yield* Ref.set(report, {
    sessionId: plan.sessionId,
    resuming: wasResumed,
    begun: false,
    ...(plan.problem === undefined ? {} : { resumeProblem: plan.problem })
  })
  const opening = (resumed: boolean) =>
    startPrompt({
      text: files.prompt,
      resumed,
      previous: settings.previous,
      notes: [...prepared.notes, ...files.notes]
    })
  let prompt = opening(wasResumed)
  let tried: Tried = nothingTried
  while (true) {
    const processEnd: ProcessEnd = yield* start(plan, prompt)
    const now = Math.floor((yield* Clock.currentTimeMillis) / 1000)
    const [step, next] = nextStep(processEnd, tried, { backoff: settings.bounds.backoff, now })
    tried = next
    if (step._tag === "End") {
      const kept = yield* sessions.isKept(plan.sessionId, workingDirectory)
      if (!kept) yield* Effect.logWarning(`no transcript of session ${plan.sessionId}: it cannot be resumed later`)
      return processEnd
    }
    if (step._tag === "StartFresh") {
      plan = { sessionId: settings.sessionId, resume: undefined, problem: step.problem }
      yield* Ref.set(report, { sessionId: plan.sessionId, resuming: false, begun: false, resumeProblem: step.problem })
      prompt = opening(false)
      continue
    }
    const why = "message" in processEnd ? processEnd.message : "the session was in use"
    yield* Effect.log(`continuing after ${step.after}: ${why}`)
    yield* Effect.sleep(step.after)
    plan = yield* sessions.again(plan.sessionId, workingDirectory)
    prompt = plan.resume === undefined ? opening(false) : goOnPrompt(why)
  }
})

const configOf = (settings: ReadonlyArray<readonly [key: string, value: string]>) =>
  settings.length === 0 ? {} : configEnvironment(settings)
