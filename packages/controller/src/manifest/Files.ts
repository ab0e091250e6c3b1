/** The ConfigMap of an attempt, as its Job names it: nobody knows the name before the Job is there, and the content is as told. */
import { filesText } from "@orchestrator/domain/AttemptFiles"
import { filesDigestVariable } from "@orchestrator/domain/PodEnvironment"
import type { PodSpec, Volume } from "@orchestrator/k8s/Objects"
import { createHash } from "node:crypto"
import { literal, type Variable } from "./Literal.ts"

export interface FilesReference {
  readonly name: string
  /** Absent in Jobs of older versions, whose pods read the ConfigMap without a look at it. */
  readonly digest?: string
}

/** The volume with the ConfigMap. Older versions mounted it as `config`, which now is what `prepare` has checked. */
export const filesVolume = "files"
const oldFilesVolume = "config"

/** The init container that checks them. */
export const prepareContainer = "prepare"

export const filesDigest = (files: Readonly<Record<string, string>>): string =>
  createHash("sha256").update(filesText(files)).digest("hex")

export const digestVariable = (digest: string): Variable => literal(filesDigestVariable, digest)

/** What a pod's specification says of its files; undefined where it has none. */
export const filesOf = ({ initContainers = [], volumes = [] }: PodSpec): FilesReference | undefined => {
  const named = (name: string) => volumes.find((volume) => volume.name === name)?.configMap?.name
  const name = named(filesVolume) ?? named(oldFilesVolume)
  const digest = initContainers.find(({ name }) => name === prepareContainer)
    ?.env?.find(({ name }) => name === filesDigestVariable)?.value
  return name === undefined ? undefined : { name, ...(digest === undefined ? {} : { digest }) }
}

/** As little of a specification as says the same of its files. */
export const filesParts = (
  { digest, name }: FilesReference
): Pick<Required<PodSpec>, "initContainers" | "volumes"> => ({
  initContainers: digest === undefined ? [] : [{ name: prepareContainer, image: "", env: [digestVariable(digest)] }],
  volumes: [{ name: filesVolume, configMap: { name } } satisfies Volume]
})
