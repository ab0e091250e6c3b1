/** Codex as the runner's agent. */
import type { AgentCli, SessionFacts } from "../AgentCli.ts"
import { prepareRunFiles } from "../RunFiles.ts"
import { chooseSession } from "../Session.ts"
import { followStream } from "../StreamFollowing.ts"
import { checkVersion, type Versioned } from "../Version.ts"
import { classify } from "./Classify.ts"
import { codexArguments, codexEnvironment, ofOtherSessions, reachesModel, throughBroker } from "./Codex.ts"
import { renewHome } from "./Home.ts"
import { nothingSeen, type Observation, observe, overdue } from "./Observation.ts"
import { isStub, usedBefore } from "./Rollout.ts"
import { decodeEvent, type Event, redacted } from "./Stream.ts"
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

const follow = followStream<Observation, Event>({
  nothing: nothingSeen,
  decode: (line, redact) => redacted(decodeEvent(line), redact),
  observe: (before, event, { session }) => observe(before, event, session),
  isBegun: ({ thread }) => thread !== undefined,
  isUnfit: ({ otherThread }) => otherThread,
  isFailed: ({ failure }) => failure !== undefined,
  log: logLines,
  transcript: (event, model, { lastWords, usage }) =>
    transcriptOf(event, {
      model,
      ...(lastWords === undefined ? {} : { lastWords }),
      ...(usage === undefined ? {} : { usage })
    }),
  overdue,
  classify
})

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
  worksSilently: false,
  follow,
  // It works in whichever folder it is started in.
  sessions: { ...codexTraces.sessions, isHere: () => true, isStub, plan: planSession, usedBefore },
  renew: renewHome,
  longestPrompt: 1_048_576
}
