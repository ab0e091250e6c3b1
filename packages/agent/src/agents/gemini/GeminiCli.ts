/** Gemini CLI as the runner's agent. */
import type { AgentCli, SessionFacts } from "../AgentCli.ts"
import { prepareRunFiles } from "../RunFiles.ts"
import { chooseSession } from "../Session.ts"
import { followStream } from "../StreamFollowing.ts"
import { checkVersion, type Versioned } from "../Version.ts"
import { classify } from "./Classify.ts"
import {
  geminiArguments,
  geminiEnvironment,
  ofOtherSessions,
  reachesModel,
  sessionMark,
  throughBroker
} from "./Gemini.ts"
import { renewHome } from "./Home.ts"
import { isCompleted, nothingSeen, type Observation, observe, overdue } from "./Observation.ts"
import { decodeEvent, type Event } from "./Stream.ts"
import { logLines, transcriptOf } from "./StreamText.ts"
import { geminiTraces } from "./Traces.ts"

const version: Versioned = {
  name: "Gemini CLI",
  executable: "gemini",
  oldest: [0, 61, 0],
  key: "agent.images.gemini.tag",
  environment: (home) => ({ GEMINI_CLI_HOME: home, GEMINI_CLI_NO_RELAUNCH: "true" })
}

const follow = followStream<Observation, Event>({
  nothing: nothingSeen,
  decode: decodeEvent,
  observe,
  isBegun: ({ session }) => session !== undefined,
  isUnfit: ({ otherRun }) => otherRun,
  // It may end without a word of why: the broker is asked after every end that is not a good one.
  isFailed: (seen) => seen.exitCode !== undefined && !isCompleted(seen),
  log: logLines,
  transcript: transcriptOf,
  overdue,
  classify
})

const planSession = (facts: SessionFacts) => chooseSession(facts, (id) => ({ resume: id }))

export const gemini: AgentCli = {
  abilities: {
    api: "Gemini generateContent",
    instructions: "GEMINI.md of its home",
    repositoryInstructions: "AGENTS.md and GEMINI.md",
    toolServers: "http and local; one that does not start is not noticed",
    resume: "by our own id",
    limits: "the broker, and turns by itself",
    uncommitted: "is committed for it",
    deniedTools: "none can be",
    telemetry: "none",
    withoutBroker: "is refused",
    prompt: "8,000,000 characters"
  },
  name: version.name,
  executable: version.executable,
  checkVersion: checkVersion(version),
  prepareFiles: prepareRunFiles,
  arguments: geminiArguments,
  environment: geminiEnvironment,
  ofOtherSessions,
  sessionMark,
  reachesModel,
  throughBroker,
  worksSilently: false,
  follow,
  sessions: {
    ...geminiTraces.sessions,
    isHere: () => true,
    // A process that was killed in its first request has left one that can be resumed.
    isStub: (text) => !/"sessionId"/.test(text),
    plan: planSession
  },
  renew: renewHome,
  longestPrompt: 8_000_000
}
