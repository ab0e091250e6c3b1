/** What stands in for the images on a laptop: this checkout for the orchestrator's, the demo agent or the person's own for the agents'. */
import type { AgentName } from "@orchestrator/domain/AgentName"
import { brokerNames } from "@orchestrator/domain/PodEnvironment"
import type { ImageTable } from "@orchestrator/embedded/node/ImageTable"
import { Config, Effect, FileSystem, Option, Path, Schema } from "effect"
import { type Installation, nodeExecutable } from "../settings/Installation.ts"
import { localAgents } from "./LocalAgents.ts"

export class AgentMissing extends Schema.TaggedError<AgentMissing>()("AgentMissing", { message: Schema.String }) {}

export const agentImage = { repository: "local/agent", tag: "dev", pullPolicy: "Never" } as const
export const runnerImage = "local/orchestrator:dev"

export type AgentChoice = "demo" | AgentName

/** Folder of the Node that runs this program: containers get the same. */
const nodeFolder = Effect.map(Path.Path, (path) => path.dirname(nodeExecutable))

/** How long the demo agent takes: tests are in a hurry, or want it to be slow. */
const demoPace = Effect.map(
  Config.option(Config.String("DEMO_AGENT_SECONDS")),
  Option.match({ onNone: () => ({}), onSome: (seconds) => ({ DEMO_AGENT_SECONDS: seconds }) })
)

const agentOf = Effect.fnUntraced(function*(choice: AgentChoice, { demoAgent }: Installation, node: string) {
  if (choice === "demo") return { pathPrepend: [demoAgent, node], env: yield* demoPace }
  return { pathPrepend: [yield* folderOf(choice), node], env: { IS_SANDBOX: "1" } }
})

/** The folder of the PATH that has the person's own. */
const folderOf = Effect.fnUntraced(function*(agent: AgentName) {
  const { executable, package: name, title } = localAgents[agent]
  const files = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const folders = (yield* Config.String("PATH").pipe(Config.withDefault(""))).split(":").filter((each) => each !== "")
  for (const folder of folders) {
    if (yield* files.exists(path.join(folder, executable)).pipe(Effect.orElseSucceed(() => false))) return folder
  }
  return yield* new AgentMissing({
    message:
      `--agent ${agent} needs ${title}, but there is no \`${executable}\` on the PATH. Install it (npm install -g ${name}), `
      + "or omit --agent to use the demo agent"
  })
})

/** Whose containers push to the local remotes, which are folders: the broker's, else the agent's. */
export interface Remotes {
  readonly folder: string
  readonly pushedBy: "broker" | "agent"
}

/** The node's image table. */
export const imageTable = Effect.fn("Agents.imageTable")(function*(
  choice: AgentChoice,
  parts: Installation,
  remotes?: Remotes
) {
  const node = yield* nodeFolder
  const addresses = [brokerNames.repositoryUrl, brokerNames.docsRepositoryUrl]
  const writableBy = (who: Remotes["pushedBy"]) =>
    remotes?.pushedBy === who ? { writable: [remotes.folder], remotes: addresses } : {}
  const table: ImageTable = {
    [`${agentImage.repository}:${agentImage.tag}`]: {
      ...(yield* agentOf(choice, parts, node)),
      ...writableBy("agent")
    },
    [runnerImage]: { pathPrepend: [node], commands: parts.commands, ...writableBy("broker") }
  }
  return table
})
