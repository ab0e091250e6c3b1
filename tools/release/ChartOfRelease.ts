/** The chart as it is released: its defaults are the images of the release, by their digests. Pure. */
import { Result } from "effect"
import { isMap, parseDocument } from "yaml"

export interface ReleasedImage {
  /** Without tag and digest. */
  readonly repository: string
  readonly tag: string
  readonly digest: string
}

/** `REPOSITORY:TAG@sha256:...`, one a line, as the release's images.txt has them. */
export const readImages = (text: string): Result.Result<ReadonlyArray<ReleasedImage>, string> =>
  Result.all(
    text.split("\n").filter((line) => line !== "").map((line) => {
      const [, repository = "", tag = "", digest = ""] = /^(\S+?):([^:@/\s]+)@(sha256:[0-9a-f]{64})$/.exec(line) ?? []
      return repository === ""
        ? Result.fail(`expected REPOSITORY:TAG@sha256:DIGEST, found ${JSON.stringify(line)}`)
        : Result.succeed({ repository, tag, digest })
    })
  )

const nameOf = (repository: string): string => repository.slice(repository.lastIndexOf("/") + 1)

/** `values.yaml` with what it says beside: an image of the release is known by the last part of its name. */
export const withReleasedImages = (
  valuesYaml: string,
  images: ReadonlyArray<ReleasedImage>
): Result.Result<string, string> => {
  const document = parseDocument(valuesYaml)
  const byName = new Map(images.map((image) => [nameOf(image.repository), image]))
  const used = new Set<string>()
  const visit = (node: unknown): void => {
    if (!isMap(node)) return
    const repository = node.get("repository")
    const image = typeof repository === "string" && node.has("digest") ? byName.get(nameOf(repository)) : undefined
    if (image !== undefined) {
      used.add(nameOf(image.repository))
      node.set("repository", image.repository)
      node.set("digest", image.digest)
    }
    for (const { value } of node.items) visit(value)
  }
  visit(document.contents)
  const unknown = images.filter(({ repository }) => !used.has(nameOf(repository)))
  return unknown.length === 0
    ? Result.succeed(document.toString({ lineWidth: 0, flowCollectionPadding: false }))
    : Result.fail(`chart/values.yaml has no image ${unknown.map(({ repository }) => nameOf(repository)).join(", ")}`)
}

/** Chart.yaml with the images that Artifact Hub shows and scans. */
export const withImagesAnnotation = (chartYaml: string, images: ReadonlyArray<ReleasedImage>): string => {
  const document = parseDocument(chartYaml)
  const lines = images.map(({ digest, repository }) =>
    `- name: ${nameOf(repository)}\n  image: ${repository}@${digest}\n`
  )
  document.setIn(["annotations", "artifacthub.io/images"], lines.join(""))
  return document.toString({ lineWidth: 0 })
}
