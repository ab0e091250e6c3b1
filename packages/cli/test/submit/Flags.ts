/** Flags of which none was said. */
import type { CodeFlags } from "../../src/submit/NewRun.ts"

export const noToolchain = {
  profile: undefined,
  agent: undefined,
  provider: undefined,
  image: undefined,
  cpu: undefined,
  memory: undefined,
  setup: undefined
}

export const noScheduling = { priority: undefined, suspend: undefined }

export const flags: CodeFlags = {
  ...noToolchain,
  ...noScheduling,
  name: undefined,
  repositoryUrl: "https://github.com/example/payments.git",
  prompt: undefined,
  issue: undefined,
  service: undefined,
  githubUser: "octocat",
  model: undefined,
  taskId: undefined,
  docsRepositoryUrl: undefined,
  docsProjectDirectory: undefined,
  docsBranch: undefined,
  workingDirectory: undefined,
  localTools: undefined,
  remoteTools: undefined,
  env: {},
  envFromSecrets: [],
  dependsOn: [],
  otherRepositories: [],
  timeoutSeconds: undefined,
  maxCostUsd: undefined,
  maxTurns: undefined,
  continueSession: false,
  overwriteMemory: false
}
