/** opencode as the runner's agent. */
import type { AgentCli, SessionFacts } from "../AgentCli.ts"
import { prepareRunFiles } from "../RunFiles.ts"
import { chooseSession } from "../Session.ts"
import { followStream } from "../StreamFollowing.ts"
import { checkVersion, type Versioned } from "../Version.ts"
import { classify } from "./Classify.ts"
import { guard, guarded, guardEnvironment, guardFile } from "./Guard.ts"
import { renewHome } from "./Home.ts"
import { nothingSeen, type Observation, observe, overdue } from "./Observation.ts"
import {
  ofOtherSessions,
  opencodeArguments,
  opencodeEnvironment,
  reachesModel,
  sessionMark,
  throughBroker
} from "./Opencode.ts"
import { decodeEvent, type Event } from "./Stream.ts"
import { logLines, transcriptOf } from "./StreamText.ts"
import { isHere, opencodeTraces, sessionIn } from "./Traces.ts"

export const opencodeVersion: Versioned = {
  name: "opencode",
  executable: "opencode",
  oldest: [1, 18, 33],
  key: "agent.images.opencode.tag",
  prefix: guarded,
  unsaid: "opencode does not take what keeps the repository out of its process: set agent.images.opencode.tag to a "
    + "version that was tried (docs/guides/agents.md)",
  files: { [guardFile]: guard },
  environment: (home) => ({
    ...guardEnvironment(home),
    XDG_CACHE_HOME: home,
    XDG_CONFIG_HOME: home,
    XDG_DATA_HOME: home,
    XDG_STATE_HOME: home,
    OPENCODE_DB: ":memory:"
  })
}

const follow = followStream<Observation, Event>({
  nothing: nothingSeen,
  decode: decodeEvent,
  observe,
  isBegun: ({ session }) => session !== undefined,
  isUnfit: ({ otherSession }) => otherSession,
  isFailed: ({ failure, stopped }) => failure !== undefined || stopped === "Waiting",
  log: logLines,
  transcript: transcriptOf,
  overdue,
  classify
})

/** By its own name, in the folder that it was begun in: in another one the process would never end. */
const planSession = (facts: SessionFacts) =>
  chooseSession(
    { ...facts, transcripts: new Map([...facts.transcripts].filter(([, { here }]) => here)) },
    (_, { ownName }) => ({ resume: ownName })
  )

export const opencode: AgentCli = {
  abilities: {
    api: "Anthropic Messages",
    instructions: "a file that its configuration names",
    repositoryInstructions: "AGENTS.md",
    toolServers: "http and local; one that does not start is not noticed",
    resume: "by its own id, which its database has, in the same working directory",
    limits: "the broker alone",
    uncommitted: "is committed for it",
    deniedTools: "none can be",
    telemetry: "none",
    withoutBroker: "is refused",
    prompt: "any"
  },
  name: opencodeVersion.name,
  executable: opencodeVersion.executable,
  checkVersion: checkVersion(opencodeVersion),
  prepareFiles: prepareRunFiles,
  arguments: opencodeArguments,
  environment: opencodeEnvironment,
  ofOtherSessions,
  sessionMark,
  reachesModel,
  throughBroker,
  worksSilently: true,
  follow,
  sessions: {
    ...opencodeTraces.sessions,
    isHere,
    isStub: (text) => sessionIn(text) === undefined,
    ownName: sessionIn,
    plan: planSession
  },
  renew: renewHome,
  longestPrompt: undefined
}
