/** Names of the pod's environment stand in its schema alone: who sets one and who reads it go by the field. */
import { brokerNames, filesDigestVariable, runnerNames } from "@orchestrator/domain/PodEnvironment"
import { spelledProblems } from "./Spelled.ts"

const schema = "packages/domain/src/PodEnvironment.ts"

/** Every program has a HOME. */
const ofEverybody: ReadonlySet<string> = new Set([runnerNames.home])

const names = [
  ...new Set<string>([...Object.values(runnerNames), ...Object.values(brokerNames), filesDigestVariable])
].filter((name) => !ofEverybody.has(name))

/** A text, a key or a property of that name, or a shell's reference to it; a sentence may name it. */
const spelled = new RegExp(
  `(["'\`])(${names.join("|")})\\1|(?<![\\w$])(${names.join("|")})\\??:(?![/\\w])|(?:\\.|\\$\\{?)(${
    names.join("|")
  })\\b`
)

/** Files in which such a text is something else, with what it is. */
const others: ReadonlyMap<string, string> = new Map([
  ["packages/domain/src/OrchestratorConfig.ts", "a Secret's key"],
  ["packages/cli/src/dev/ModelKeys.ts", "a Secret's key, and the environment of the person"]
])

/** Every line that spells such a name. */
export const environmentProblems = spelledProblems({
  pattern: spelled,
  isAllowed: (path) => path === schema || others.has(path),
  problem: (name) => `spells ${name}: take its field of @orchestrator/domain/PodEnvironment`
})
