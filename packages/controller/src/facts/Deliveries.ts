/** Index values of a run's work at the forge: hashes, since there are thousands of runs. Whoever shares one by chance is looked at in vain. */
import { fnv1aInt32 } from "@orchestrator/domain/Hash"
import { repositoryIdentity } from "@orchestrator/domain/Tenant"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { exact } from "./Bounds.ts"

export const pullRequestIndex = (url: string): number => fnv1aInt32(`pull request ${url}`)
export const commitIndex = (commit: string): number => fnv1aInt32(`commit ${commit}`)
export const branchIndex = (repositoryUrl: string, branch: string): number =>
  fnv1aInt32(`branch ${repositoryIdentity(repositoryUrl)} ${branch}`)

const none: ReadonlyArray<number> = []

/** By what its status says. */
export const deliveriesIn = ({ spec: { repositoryUrl }, status = {} }: CustomObject): ReadonlyArray<number> => {
  const { branch, headCommit, pullRequestUrl } = status
  if (typeof branch !== "string" && typeof pullRequestUrl !== "string") return none
  return exact([
    ...(typeof pullRequestUrl === "string" ? [pullRequestIndex(pullRequestUrl)] : []),
    ...(typeof headCommit === "string" ? [commitIndex(headCommit)] : []),
    ...(typeof branch === "string" && typeof repositoryUrl === "string" ? [branchIndex(repositoryUrl, branch)] : [])
  ])
}
