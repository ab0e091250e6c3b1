/** Names of the pod's environment stand in its schema alone: who sets one and who reads it go by the field. */
import { brokerNames, filesDigestVariable, runnerNames } from "@orchestrator/domain/PodEnvironment"
import type { Source } from "./Sources.ts"

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

const applies = ({ path }: Source) =>
  /^packages\/[^/]+\/src\/.*\.ts$/.test(path) && path !== schema && !others.has(path)

const isComment = (line: string) => /^\s*(?:\/?\*|\/\/)/.test(line)

/** Every line that spells such a name. */
export const environmentProblems = (sources: ReadonlyArray<Source>): ReadonlyArray<string> =>
  sources.filter(applies).flatMap(({ path, text }) =>
    text.split("\n").flatMap((line, index) => {
      const found = isComment(line) ? null : spelled.exec(line)
      const name = found?.[2] ?? found?.[3] ?? found?.[4]
      return name === undefined
        ? []
        : [`${path}:${index + 1} spells ${name}: take its field of @orchestrator/domain/PodEnvironment`]
    })
  )
