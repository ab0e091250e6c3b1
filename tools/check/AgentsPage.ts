/** The guide's page of agents: what each can and cannot, from its adapter, with the versions that the tests are run with. */
import type { Abilities } from "@orchestrator/agent/agents/AgentCli"
import { loadAgent } from "@orchestrator/agent/agents/Agents"
import { agentNames } from "@orchestrator/domain/AgentName"
import { decodeConfig } from "@orchestrator/domain/OrchestratorConfig"
import { Effect, Result } from "effect"
import { agentPackages } from "../agent/AgentClis.ts"
import { pinnedClaudeCode } from "../agent/ClaudeCode.ts"
import { table } from "./MarkdownTable.ts"

const agents = await Promise.all(agentNames.map((name) => Effect.runPromise(loadAgent(name))))

const rows: Readonly<Record<keyof Abilities, string>> = {
  api: "its models' API",
  instructions: "the run's instructions",
  repositoryInstructions: "the repository's own",
  toolServers: "tool servers (MCP)",
  resume: "a session is resumed",
  limits: "turns and money are held by",
  uncommitted: "uncommitted work",
  deniedTools: "denied tools",
  telemetry: "telemetry",
  withoutBroker: "`agent.credentials: env`",
  prompt: "the longest prompt"
}

const versions: Readonly<Record<string, string>> = {
  claude: pinnedClaudeCode,
  ...Object.fromEntries(agentPackages.map(({ name, pinned }) => [name, pinned]))
}

const { models } = Result.getOrThrow(decodeConfig({}))

const cells = agentNames.flatMap((name, index) => {
  const agent = agents[index]
  return agent === undefined ? [] : [{ name, title: agent.name, abilities: agent.abilities }]
})

const abilityTable = table(
  ["", ...cells.map(({ title }) => title)],
  [
    ["`spec.agent`", ...cells.map(({ name }) => `\`${name}\``)],
    ["version that is tested", ...cells.map(({ name }) => versions[name] ?? "")],
    ["model of a CodeRun that names none", ...cells.map(({ name }) => models.agents[name] ?? models.defaultCodeModel)],
    ...Object.entries(rows).map((
      [ability, words]
    ) => [words, ...cells.map(({ abilities }) => String(Reflect.get(abilities, ability)))])
  ]
)

export const agentsPage = `# Agents

Made by \`npm run generate\` from the adapters (\`packages/agent/src/agents\`).

The program that does the work of a run is its agent. A run names one in \`spec.agent\`, or its profile does, or the configuration in
\`agent.default\`. Each has an image of its own (\`agent.image\` is Claude Code's, \`agent.images\` has the others), made from
\`Dockerfile.agent\` by its argument \`AGENT\`; an image that a run or a profile names needs the agent in it.

\`\`\`sh
orchestrator code submit --repo . --prompt "Add a health endpoint" --agent codex --wait
npm start -- --agent codex          # on this machine, with your own CLI and OPENAI_API_KEY
docker build -f Dockerfile.agent --build-arg AGENT=codex -t codex .
\`\`\`

${abilityTable}

## What is the same for each

- No credential is in the agent's container: it asks the run's broker with a token that is worth nothing elsewhere. What the broker counts
  is what a run has used, and it refuses what would exceed turns or money; what an agent says of itself is a story.
- Home and config folder are made anew for each attempt, and before each process of one that can be told anything by them. Of earlier
  runs only the resumed session's transcript comes back.
- Settings, hooks, commands, plugins and tool servers of the repository are not obeyed. Its instructions for agents are.
- Whatever a process leaves running, in a session of its own too, is ended before the work is saved.
- Another agent than before goes on with the branch and not with the session; the status says so. The other's sessions stay.
- Which answers of a model's API end a run, which are waited for and which are tried again is the same: credentials end it as SetupFailed, a
  limit of the account as RateLimited with its end, a failing API after a bounded number of requests.

## Codex

- Its models are asked by OpenAI's Responses API: the key is \`OPENAI_API_KEY\` in the Secret of \`secrets.apiKeySecretName\`; other
  addresses are \`model.providers\`.
- For models that it knows it has tools of servers searched for first; its sandbox is off, since the container is one.
- A header of a tool server may be \`\${NAME}\` or \`Bearer \${NAME}\`, a variable of the run; other mixtures are text.
- A transcript is resumed with the same model at best: with another one Codex compacts the history first, which costs a request.

## Gemini CLI

- Its models are asked by Google's generateContent API: the key is \`GEMINI_API_KEY\` in the Secret of \`secrets.apiKeySecretName\`; other
  addresses are \`model.providers\`.
- Its image needs \`/etc/gemini-cli/settings.json\` as \`Dockerfile.agent\` makes it, owned by root with the folders above it. Without that a
  repository could have its own settings obeyed: a run whose image lacks it ends as SetupFailed. \`npm start\` needs the file as well:
  \`echo '{"security":{"folderTrust":{"enabled":true}}}' | sudo install -D -m 644 /dev/stdin /etc/gemini-cli/settings.json\`.
- Neither its exit code nor its last line says how a run has ended; the broker is asked how its model's API ended the last answer. One that
  was cut at its longest or by a filter, or a loop that it stops by itself, ends the run as AgentError, with what was done on the branch.
- Variables' files (\`.env\`, \`.gemini/.env\`) of the repository and of folders above it are not read.
- An API that fails is asked three times by each of at most four processes; it asks again after its own pauses, and not when
  the API says. A 400, 403 or 404 ends the run at once.
- When it resumes it would send the answer of each earlier call twice; the second one is removed from the transcript before.
- It gives its tools git settings of its own in place of others that come by variables.

## opencode

- Its models are Anthropic's, or a provider's of \`model.providers\` that has \`messages\` in its \`apis\`; the key is the one that Claude Code has.
- It says nothing while a tool runs or a request is tried again. Its broker is asked instead: while no request is open it is given four
  times as long.
- Beside its own settings it reads those of the repository (\`opencode.json\`, \`.opencode\`) whatever its switches say. A file of ours that its
  runtime takes first (\`BUN_INSPECT_PRELOAD\`) keeps them from being found, by its own tools too, and code on disk from being run in its
  process. A version that does not take it ends as SetupFailed before the model is asked.
- Of its database only the conversation comes back: accounts, credentials, commands and triggers in it are removed before each process.
- It does not shorten a conversation that becomes longer than its model can read, since it would try that without end: the run ends, with
  what was committed. It needs 1.5 GiB of memory.
- It has no hook for the end of its work: what it leaves uncommitted is committed for it.

How it is tested: [tests with the real agents](agent-tests.md). Why it is as it is: [ADR 43](../adr/0043-agents.md).
`
