/** Gemini CLI as the runner's agent. */
import type { AgentCli, SessionFacts } from "../AgentCli.ts"
import { prepareRunFiles } from "../RunFiles.ts"
import { chooseSession } from "../Session.ts"
import { followStream } from "../StreamFollowing.ts"
import { checkVersion, type Versioned } from "../Version.ts"
import { isStub } from "./Chat.ts"
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
import { nothingSeen, type Observation, observe, overdue, unfitness } from "./Observation.ts"
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
  isUnfit: (seen) => unfitness(seen) !== undefined,
  // Neither its last word nor its exit code is believed: the broker is asked after every end.
  isFailed: ({ exitCode }) => exitCode !== undefined,
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
    toolServers: "http and local; one that does not start ends the run",
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
    isStub,
    plan: planSession
  },
  renew: renewHome,
  longestPrompt: 8_000_000
}
