/** Names of container images, and which of them a run may choose. */
import { Schema } from "effect"
import { atMost, rule } from "./SpecText.ts"

const host = /^(?:localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)+|[a-z0-9-]+(?=:))(?::\d{1,5})?$/i
const path = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/
const mark = /^(.+?)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/

/** The repository with its registry, as Docker completes it; undefined for what is no name of an image. */
export const imageRepository = (image: string): string | undefined => {
  const [, name = ""] = mark.exec(image) ?? []
  const [first = "", ...rest] = name.split("/")
  const hasHost = rest.length > 0 && host.test(first)
  const parts = hasHost ? rest : [first, ...rest]
  if (!parts.every((part) => path.test(part))) return undefined
  if (hasHost) return [first.toLowerCase(), ...parts].join("/")
  return ["docker.io", ...(parts.length === 1 ? ["library"] : []), ...parts].join("/")
}

export const ImageName = Schema.String.check(
  atMost(512),
  rule<string>(
    "the name of an image such as ghcr.io/owner/name:tag",
    (text) => imageRepository(text) !== undefined
  )
)

/** An entry of `agent.allowedImages`. */
export const ImagePattern = Schema.String.check(
  atMost(512),
  rule<string>(
    "a repository of images without tag or digest, the beginning of some that ends in /*, or *",
    (text) =>
      text === "*" ||
      (/^[^:@]+(?::\d+\/[^:@]*)?$/.test(text) && imageRepository(text.replace(/\/\*$/, "/x")) !== undefined)
  )
)

/** Whether one of these names the image, whatever its tag or digest. */
export const isAllowedImage = (image: string, patterns: ReadonlyArray<string>): boolean => {
  const repository = imageRepository(image)
  return repository !== undefined && patterns.some((pattern) => {
    if (pattern === "*") return true
    if (!pattern.endsWith("/*")) return imageRepository(pattern) === repository
    const folder = imageRepository(pattern.replace(/\*$/, "x"))?.replace(/x$/, "")
    return folder !== undefined && repository.startsWith(folder)
  })
}
