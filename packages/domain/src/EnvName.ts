/** Which environment variables a run may set: neither one of the pod's own nor a way into the agent's processes. */
import { Schema } from "effect"
import { runnerNames } from "./PodEnvironment.ts"
import { atMost, rule } from "./SpecText.ts"

/** What shells and Node obey. */
const ofPrograms = ["BASH_ENV", "ENV", "NODE_OPTIONS", "PATH", "SHELLOPTS"]

const reserved: ReadonlySet<string> = new Set([...Object.values(runnerNames), ...ofPrograms])
const reservedPrefix = /^(LD_|DYLD_|GIT_|OTEL_|ORCHESTRATOR_|CLAUDE_CODE_)|_PROXY$/iu

/** Whether a run may set this environment variable: a C identifier that is neither ours nor a way into the agent's processes. */
export const mayBeSet = (name: string): boolean =>
  /^[A-Za-z_][A-Za-z0-9_]*$/u.test(name) && !reserved.has(name) && !reservedPrefix.test(name)

/** Every key of a record is a name that runs may set; an issue for each that is not. The generated JSON schema does not show it. */
export const envNames = Schema.makeFilter<{ readonly [name: string]: string }>(
  (env) =>
    Object.keys(env).filter((name) => !mayBeSet(name))
      .map((name) => ({ path: [name], issue: "Expected an environment variable name that runs may set" })),
  { toJsonSchema: () => ({}) }
)

export const EnvName = Schema.String.check(
  atMost(253),
  rule<string>("an environment variable name that runs may set", mayBeSet, { pattern: "^[A-Za-z_][A-Za-z0-9_]*$" })
)
