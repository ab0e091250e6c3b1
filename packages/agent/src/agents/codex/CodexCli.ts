/** Codex as the runner's agent. */
import type { AgentCli, SessionFacts } from "../AgentCli.ts"
import type { Following } from "../Following.ts"
import { prepareRunFiles } from "../RunFiles.ts"
import { chooseSession } from "../Session.ts"
import { checkVersion, type Versioned } from "../Version.ts"
import { classify } from "./Classify.ts"
import { codexArguments, codexEnvironment, ofOtherSessions, reachesModel, throughBroker } from "./Codex.ts"
import { renewHome } from "./Home.ts"
import { nothingSeen, type Observation, observe, observeStderr, overdue } from "./Observation.ts"
import { isStub, usedBefore } from "./Rollout.ts"
import { decodeEvent, redacted } from "./Stream.ts"
import { logLines, transcriptOf } from "./StreamText.ts"
import { codexTraces, homeOf, threadOf } from "./Traces.ts"

const version: Versioned = {
  name: "Codex",
  executable: "codex",
  oldest: [0, 171, 0],
  key: "agent.images.codex.tag",
  prefix: "codex-cli ",
  environment: (home) => ({ CODEX_HOME: home })
}

const following = (seen: Observation, ...[invocation, redact]: Parameters<AgentCli["follow"]>): Following => {
  const next = (after: Observation) => following(after, invocation, redact)
  const { model, session } = invocation
  const { exitCode, failure, lastWords, otherThread, stopped, thread, usage } = seen
  return {
    seen: {
      begun: thread !== undefined,
      unfit: otherThread,
      failed: failure !== undefined,
      ...(usage === undefined ? {} : { usage }),
      ...(exitCode === undefined ? {} : { exitCode }),
      ...(stopped === undefined ? {} : { stopped })
    },
    read: (line) => {
      const event = redacted(decodeEvent(line), redact)
      if (event === undefined) return undefined
      const after = observe(seen, event, { resume: session.resume, usedBefore: session.usedBefore })
      return {
        next: next(after),
        log: logLines(event, model, redact),
        transcript: transcriptOf(event, {
          model,
          ...(lastWords === undefined ? {} : { lastWords }),
          ...(after.usage === undefined ? {} : { usage: after.usage })
        })
      }
    },
    readStderr: (line) => next(observeStderr(seen, redact(line))),
    stopped: (cause) => next({ ...seen, stopped: cause }),
    exited: (code) => next({ ...seen, exitCode: code }),
    overdue: (quietSeconds, bounds) => overdue(seen, quietSeconds, bounds),
    processEnd: (broker) => classify(seen, broker)
  }
}

/** A thread is resumed by its own id, which the file has in its name: Codex takes any other word for a new session. */
const planSession = (facts: SessionFacts) =>
  chooseSession(facts, (_, { path, usedBefore }) => ({
    resume: threadOf(path),
    ...(usedBefore === undefined ? {} : { usedBefore })
  }))

export const codex: AgentCli = {
  abilities: {
    api: "OpenAI Responses",
    instructions: "AGENTS.md of its home",
    repositoryInstructions: "AGENTS.md",
    toolServers: "http and local; one that does not start ends the run",
    resume: "by its thread, which the transcript names",
    limits: "the broker alone",
    uncommitted: "asked once to commit it",
    deniedTools: "none can be",
    telemetry: "none",
    withoutBroker: "is refused",
    prompt: "1,048,576 characters"
  },
  name: version.name,
  executable: version.executable,
  checkVersion: checkVersion(version),
  prepareFiles: prepareRunFiles,
  arguments: codexArguments,
  environment: codexEnvironment,
  ofOtherSessions,
  sessionMark: ({ configFolder, sessionId }) => `CODEX_HOME=${homeOf(configFolder, sessionId)}`,
  reachesModel,
  throughBroker,
  follow: (invocation, redact) => following(nothingSeen, invocation, redact),
  // It works in whichever folder it is started in.
  sessions: { ...codexTraces.sessions, isHere: () => true, isStub, plan: planSession, usedBefore },
  renew: renewHome,
  longestPrompt: 1_048_576
}
