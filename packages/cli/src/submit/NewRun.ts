/** A run from flags: what was said, and the defaults that the server would have to guess. Pure. */
import type { Priority } from "@orchestrator/domain/Scheduling"
import { repositoryName } from "./RepositoryName.ts"

export interface SecretReference {
  readonly name: string
  readonly secretName: string
  readonly secretKey: string
}

/** What a repository needs to be worked on. */
export interface ToolchainFlags {
  readonly profile: string | undefined
  readonly agent: string | undefined
  /** Of the model. */
  readonly provider: string | undefined
  readonly image: string | undefined
  /** Most of it that the agent may take. */
  readonly cpu: string | undefined
  readonly memory: string | undefined
  readonly setup: string | undefined
}

/** When it may start. */
export interface SchedulingFlags {
  readonly priority: Priority | undefined
  /** Undefined: it may start at once. */
  readonly suspend: true | undefined
}

export interface CodeFlags extends ToolchainFlags, SchedulingFlags {
  readonly name: string | undefined
  readonly repositoryUrl: string
  readonly prompt: string | undefined
  readonly issue: string | undefined
  readonly service: string | undefined
  readonly githubUser: string
  readonly model: string | undefined
  readonly taskId: number | undefined
  readonly docsRepositoryUrl: string | undefined
  readonly docsProjectDirectory: string | undefined
  readonly docsBranch: string | undefined
  readonly workingDirectory: string | undefined
  readonly localTools: string | undefined
  readonly remoteTools: string | undefined
  readonly env: Readonly<Record<string, string>>
  readonly envFromSecrets: ReadonlyArray<SecretReference>
  readonly dependsOn: ReadonlyArray<string>
  /** Addresses of repositories to read beside it. */
  readonly otherRepositories: ReadonlyArray<string>
  readonly timeoutSeconds: number | undefined
  readonly maxCostUsd: number | undefined
  readonly maxTurns: number | undefined
  readonly continueSession: boolean
  readonly overwriteMemory: boolean
}

const said = (fields: object): object =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

const unlessEmpty = (value: object): object | undefined => Object.keys(value).length === 0 ? undefined : value

const toolchain = ({ agent, cpu, image, memory, profile, provider, setup }: ToolchainFlags): object => {
  const limits = unlessEmpty(said({ cpu, memory }))
  return said({ profile, agent, provider, image, setup, resources: limits === undefined ? undefined : { limits } })
}

/** The body of a request, not yet held to the contract. */
export const newCodeRun = (
  {
    agent,
    cpu,
    dependsOn,
    env,
    envFromSecrets,
    image,
    memory,
    name,
    otherRepositories,
    profile,
    provider,
    service,
    setup,
    workingDirectory,
    ...rest
  }: CodeFlags
): object => ({
  ...said({ name }),
  spec: said({
    ...rest,
    service: service ?? repositoryName(rest.repositoryUrl),
    // A prompt or an issue speaks of the repository; a task of Task Master's speaks of its service's folder.
    workingDirectory: workingDirectory ?? (rest.prompt === undefined && rest.issue === undefined ? undefined : "."),
    env: unlessEmpty(env),
    envFromSecrets: unlessEmpty(envFromSecrets),
    dependsOn: unlessEmpty(dependsOn),
    repositories: unlessEmpty(otherRepositories.map((url) => ({ url }))),
    ...toolchain({ agent, cpu, image, memory, profile, provider, setup })
  })
})

export interface DocsFlags extends ToolchainFlags, SchedulingFlags {
  readonly name: string | undefined
  readonly repositoryUrl: string
  readonly workingDirectory: string
  readonly sourceBranch: string
  readonly githubUser: string
  readonly model: string | undefined
  readonly timeoutSeconds: number | undefined
  readonly maxCostUsd: number | undefined
  readonly maxTurns: number | undefined
}

export const newDocsRun = (
  { agent, cpu, image, memory, name, profile, provider, setup, ...spec }: DocsFlags
): object => ({
  ...said({ name }),
  spec: { ...said(spec), ...toolchain({ agent, cpu, image, memory, profile, provider, setup }) }
})
