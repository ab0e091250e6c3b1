/** Local stand-ins for container images: the process runtime pulls nothing. */
import type { Container } from "@orchestrator/k8s/Objects"
import { Result } from "effect"
import { StartRefused } from "./PodRuntime.ts"

export interface ImageStandIn {
  /** Folders in front of PATH. */
  readonly pathPrepend?: ReadonlyArray<string>
  /** Folder with the files of a real image: the container's root in the place of this host's. Needs bubblewrap. */
  readonly root?: string
  /** Folders of this host that its containers may write in the sandbox. */
  readonly writable?: ReadonlyArray<string>
  /** Variables with addresses of git remotes: its containers may push to those that are repositories of this host. */
  readonly remotes?: ReadonlyArray<string>
  /** The image's own environment. */
  readonly env?: Readonly<Record<string, string>>
  /**
   * Paths inside the image that are commands, and the words that run them here. `/path word` stands for the path with that first
   * argument, and counts before the path alone.
   */
  readonly commands?: Readonly<Record<string, ReadonlyArray<string>>>
}

/** By `repository:tag`, or by `repository` for every tag. */
export type ImageTable = Readonly<Record<string, ImageStandIn>>

const repositoryOf = (image: string): string => image.replace(/(:[^/:]+)?(@[^@]+)?$/, "")

export const standInFor = (images: ImageTable, image: string): Result.Result<ImageStandIn, StartRefused> => {
  const found =
    [image, repositoryOf(image)].filter((name) => Object.hasOwn(images, name)).map((name) => images[name])[0]
  if (found !== undefined) return Result.succeed(found)
  const known = Object.keys(images).join(", ")
  return Result.fail(
    new StartRefused({
      reason: "ErrImagePull",
      message: `failed to pull image "${image}": this node pulls nothing, it has stand-ins for: ${known || "no image"}`,
      retry: true
    })
  )
}

/**
 * Command and arguments with the image's commands put in. `locate` says where a path inside the container is on this host; what the image
 * puts in is there already. Without a command: refused, as nothing knows the image's entrypoint.
 */
export const wordsOf = (
  { args = [], command = [], name }: Container,
  { commands = {} }: ImageStandIn,
  locate: (word: string) => string = (word) => word
): Result.Result<ReadonlyArray<string>, StartRefused> => {
  const [first, second, ...others] = command
  if (first === undefined) {
    const message = `container "${name}" has no command, and a stand-in has no entrypoint: set command`
    return Result.fail(new StartRefused({ reason: "CreateContainerError", message, retry: false }))
  }
  const own = (name: string) => (Object.hasOwn(commands, name) ? commands[name] : undefined)
  const both = second === undefined ? undefined : own(`${first} ${second}`)
  const begin = both ?? [...own(first) ?? [locate(first)], ...second === undefined ? [] : [locate(second)]]
  return Result.succeed([...begin, ...others.map(locate), ...args.map(locate)])
}
