/** Claude Code as the runner's agent. */
import { Effect } from "effect"
import type { AgentCli, Invocation } from "../AgentCli.ts"
import type { Following } from "../Following.ts"
import { checkVersion } from "../Version.ts"
import { prepareAgentFiles } from "./AgentFiles.ts"
import { classify } from "./Classify.ts"
import {
  claudeArguments,
  claudeEnvironment,
  ofOtherSessions,
  permissionMode,
  reachesModel,
  throughBroker
} from "./Claude.ts"
import {
  initProblem,
  nothingSeen,
  notInForce,
  type Observation,
  observe,
  observeStderr,
  overdue
} from "./Observation.ts"
import { isHere, isStub, planSession } from "./Session.ts"
import { decodeEvent, isInit, redacted } from "./Stream.ts"
import { logLines } from "./StreamLog.ts"
import { transcriptOf } from "./StreamTranscript.ts"
import { claudeTraces } from "./Traces.ts"
import { claudeVersion } from "./Version.ts"

const askedBy = ({ files, model, session }: Invocation) => ({
  model,
  permissionMode,
  sessionId: session.sessionId,
  mcpServers: files.mcpServers.map(({ name }) => name)
})

const following = (
  seen: Observation,
  ...[invocation, redact]: Parameters<AgentCli["follow"]>
): Following => {
  const next = (after: Observation) => following(after, invocation, redact)
  const { badInit, exitCode, init, result, stderr, stopped, usage } = seen
  return {
    seen: {
      begun: init !== undefined,
      unfit: badInit !== undefined || notInForce.test(stderr),
      failed: result?.is_error === true,
      ...(usage === undefined ? {} : { usage }),
      ...(exitCode === undefined ? {} : { exitCode }),
      ...(stopped === undefined ? {} : { stopped })
    },
    read: (line) => {
      const event = redacted(decodeEvent(line), redact)
      if (event === undefined) return undefined
      const after = observe(seen, event)
      const problem = isInit(event) ? initProblem(event, askedBy(invocation), after.stderr) : undefined
      return {
        next: next(problem === undefined ? after : { ...after, badInit: problem }),
        log: logLines(event, redact),
        transcript: transcriptOf(event, after.usage)
      }
    },
    readStderr: (line) => next(observeStderr(seen, redact(line))),
    stopped: (cause) => next({ ...seen, stopped: cause }),
    exited: (code) => next({ ...seen, exitCode: code }),
    overdue: (quietSeconds, bounds) => overdue(seen, quietSeconds, bounds),
    processEnd: (broker, now) => classify(seen, broker, now)
  }
}

export const claude: AgentCli = {
  abilities: {
    api: "Anthropic Messages",
    instructions: "appended to its system prompt",
    repositoryInstructions: "CLAUDE.md",
    toolServers: "http and local; one that does not start ends the run",
    resume: "by our own id",
    limits: "the broker, and itself",
    uncommitted: "asked once to commit it",
    deniedTools: "`permissions`, and the settings template",
    telemetry: "metrics, logs, traces",
    withoutBroker: "works",
    prompt: "any"
  },
  name: claudeVersion.name,
  executable: claudeVersion.executable,
  checkVersion: checkVersion(claudeVersion),
  prepareFiles: prepareAgentFiles,
  arguments: claudeArguments,
  environment: claudeEnvironment,
  ofOtherSessions,
  sessionMark: ({ sessionId }) => `CLAUDE_CODE_SESSION_ID=${sessionId}`,
  reachesModel,
  throughBroker,
  worksSilently: false,
  follow: (invocation, redact) => following(nothingSeen, invocation, redact),
  sessions: { ...claudeTraces.sessions, isHere, isStub, plan: planSession },
  renew: () => Effect.void,
  longestPrompt: undefined
}
