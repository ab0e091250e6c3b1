/** An agent, a model API and a forge are named in their own folder and in the list that they are found in; everything else asks the port. */
import { otherAgents } from "@orchestrator/domain/AgentName"
import type { Source } from "./Sources.ts"
import { spelledProblems } from "./Spelled.ts"

interface Port {
  /** Its group holds the name. */
  readonly names: RegExp
  /** Folders and files that may name it. */
  readonly homes: ReadonlyArray<string>
  readonly port: string
}

const agent = "packages/agent/src/"

/** `folder`: beginning of its folders' names. */
const forge = (names: RegExp, folder: string, more: ReadonlyArray<string> = []): Port => ({
  names,
  homes: [`forge/${folder}`, "forge/Forges.ts", ...more],
  port: "forge/ForgeAdapter"
})

const ports: ReadonlyArray<Port> = [
  {
    names: /(claude|anthropic)/i,
    homes: [
      "agents/claude/",
      "agents/opencode/",
      "agents/Agents.ts",
      "model/messages/",
      "model/providers/",
      "pod/Endpoint.ts"
    ],
    port: "agents/AgentCli or model/ModelDialect"
  },
  ...otherAgents.map((name) => ({
    names: new RegExp(`(${name})`, "i"),
    homes: [`agents/${name}/`, "agents/Agents.ts", `model/${name}/`, "model/Dialects.ts", "model/providers/"],
    port: "agents/AgentCli"
  })),
  {
    names: /(openai|gpt-)/i,
    homes: ["agents/codex/", "model/openai/", "model/responses/", "model/chat/", "model/providers/"],
    port: "model/ModelDialect"
  },
  // A user, a key of the configuration, a Secret and a kind of token have it in their names, which stay. Every public host's keys stand
  // together, and an address for commits is no part of an API.
  forge(/(github)(?!User|Hosts|-token|-ssh|_pat|\.app)/i, "github", ["git/HostKeys.ts", "git/GitSettings.ts"]),
  forge(/(gitea|forgejo)(?!Hosts)/i, "gitea"),
  forge(/(gitlab)/i, "gitlab", ["git/HostKeys.ts"]),
  forge(/(bitbucket)/i, "bitbucket", ["git/HostKeys.ts"]),
  forge(/(azure.?devops|visualstudio|dev\.azure)/i, "azuredevops", ["git/HostKeys.ts"])
]

/** Every line that names one elsewhere. */
export const portProblems = (sources: ReadonlyArray<Source>): ReadonlyArray<string> =>
  ports.flatMap(({ homes, names, port }) =>
    spelledProblems({
      pattern: names,
      isAllowed: (path) => !path.startsWith(agent) || homes.some((home) => path.startsWith(agent + home)),
      problem: (name) => `names ${name}: ask ${port}`
    })(sources)
  )
