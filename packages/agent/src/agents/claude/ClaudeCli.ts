/** Claude Code as the runner's agent. */
import type { AgentCli, Invocation } from "../AgentCli.ts"
import type { Following } from "../Following.ts"
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
import { isStub, planSession, transcriptFolder } from "./Session.ts"
import { decodeEvent, isInit, redacted } from "./Stream.ts"
import { logLines } from "./StreamLog.ts"
import { transcriptOf } from "./StreamTranscript.ts"
import { checkVersion } from "./Version.ts"

const askedBy = ({ files, model, session }: Invocation) => ({
  model,
  permissionMode,
  sessionId: session.sessionId,
  mcpServers: files.mcpServers
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
  name: "Claude Code",
  executable: "claude",
  checkVersion,
  prepareFiles: prepareAgentFiles,
  arguments: claudeArguments,
  environment: claudeEnvironment,
  ofOtherSessions,
  sessionMark: (sessionId) => `CLAUDE_CODE_SESSION_ID=${sessionId}`,
  reachesModel,
  throughBroker,
  follow: (invocation, redact) => following(nothingSeen, invocation, redact),
  sessions: {
    folder: "projects",
    folderOf: transcriptFolder,
    fileOf: (sessionId) => `${sessionId}.jsonl`,
    idOf: (file) => /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.jsonl$/.exec(file)?.[1],
    isStub,
    plan: planSession
  },
  configFolder: ".claude",
  memoryFile: "CLAUDE.md",
  instructions: ["CLAUDE.md", "CLAUDE.local.md", ".claude"],
  ownFiles: ["**/.claude/worktrees/", "**/.claude/settings.local.json", "**/.claude/scheduled_tasks*"]
}
