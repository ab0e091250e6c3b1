/** A run from flags: what was said, and the defaults that the server would have to guess. Pure. */
import { repositoryName } from "./RepositoryName.ts"

export interface SecretReference {
  readonly name: string
  readonly secretName: string
  readonly secretKey: string
}

export interface CodeFlags {
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
  readonly timeoutSeconds: number | undefined
  readonly maxCostUsd: number | undefined
  readonly maxTurns: number | undefined
  readonly continueSession: boolean
  readonly overwriteMemory: boolean
}

const said = (fields: object): object =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

const unlessEmpty = (value: object): object | undefined => Object.keys(value).length === 0 ? undefined : value

/** The body of a request, not yet held to the contract. */
export const newCodeRun = (
  { dependsOn, env, envFromSecrets, name, service, workingDirectory, ...rest }: CodeFlags
): object => ({
  ...said({ name }),
  spec: said({
    ...rest,
    service: service ?? repositoryName(rest.repositoryUrl),
    // A prompt or an issue speaks of the repository; a task of Task Master's speaks of its service's folder.
    workingDirectory: workingDirectory ?? (rest.prompt === undefined && rest.issue === undefined ? undefined : "."),
    env: unlessEmpty(env),
    envFromSecrets: unlessEmpty(envFromSecrets),
    dependsOn: unlessEmpty(dependsOn)
  })
})

export interface DocsFlags {
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

export const newDocsRun = ({ name, ...spec }: DocsFlags): object => ({ ...said({ name }), spec: said(spec) })
