/** Repositories that a run has beside its own, to read: where each is, and the name of its folder. */
import { Schema } from "effect"
import { withoutUser } from "./AddressUser.ts"
import { atMost, BranchName, GitUrl, RemoteUrl, rule } from "./SpecText.ts"

const optional = Schema.optionalKey

export const maxOtherRepositories = 8

const isFolder = (text: string): boolean => /^\w[\w.-]{0,99}$/.test(text) && !/\.(?:git|lock)$/i.test(text)

const FolderName = Schema.String.check(
  atMost(100),
  rule<string>("a folder's name of letters, digits and . _ -", isFolder)
)

const OtherRepository = Schema.Struct({
  url: GitUrl.annotate({ description: "Repository URL, at a host that repositoryUrl could have" }),
  branch: optional(BranchName.annotate({ description: "Branch to read. Default: the repository's default branch" })),
  name: optional(FolderName.annotate({ description: "Name of its folder. Default: the last part of the URL" }))
})
export type OtherRepository = typeof OtherRepository.Type

/** Name of the folder; empty where the URL has none that can be one. */
export const otherRepositoryName = ({ name, url }: Pick<OtherRepository, "name" | "url">): string => {
  const last = url.replace(/\/+$/, "").replace(/\.git$/i, "").split(/[/:]/).at(-1) ?? ""
  return name ?? (isFolder(last) ? last : "")
}

/** Folders that cannot be, each with the field that mends it. */
const ownFolders = Schema.makeFilter<ReadonlyArray<OtherRepository>>(
  (all) =>
    all.flatMap((each, index) => {
      const folder = otherRepositoryName(each)
      const at = (issue: string) => [{ path: [index, "name"], issue }]
      if (folder === "") return at("Expected a folder's name, since the URL has none")
      const first = all.findIndex((other) => otherRepositoryName(other).toLowerCase() === folder.toLowerCase())
      return first === index ? [] : at(`Expected another name than ${folder}, which repositories[${first}] has`)
    }),
  { toJsonSchema: () => ({}) }
)

export const OtherRepositories = Schema.Array(OtherRepository).check(
  Schema.isMaxLength(maxOtherRepositories),
  ownFolders
)

/** As a pod is told of one. */
export const PlacedRepository = Schema.Struct({ name: FolderName, url: RemoteUrl, branch: optional(BranchName) })
export type PlacedRepository = typeof PlacedRepository.Type

export const placedRepositories = (all: ReadonlyArray<OtherRepository> = []): ReadonlyArray<PlacedRepository> =>
  all.map((each) => ({
    name: otherRepositoryName(each),
    url: withoutUser(each.url),
    ...(each.branch === undefined ? {} : { branch: each.branch })
  }))
