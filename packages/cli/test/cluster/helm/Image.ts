/** The real image: built from this checkout by the real Dockerfile, and its files. */
import { Context, Effect, Layer } from "effect"
import { join } from "node:path"
import { root } from "./Plane.ts"
import { attempt, shell } from "./Shell.ts"

/** What its configuration says that a container of it is started with. */
interface ImageConfig {
  readonly OCIv1: { readonly config: { readonly Env: ReadonlyArray<string> } }
}

const built = "orchestrator:test"

/** The folder of a container's files, which goes with the scope. */
const mounted = <E, R>(make: Effect.Effect<ReadonlyArray<string>, E, R>) =>
  Effect.map(
    Effect.acquireRelease(make, ([container = ""]) => attempt("buildah", ["rm", container])),
    ([, folder = ""]) => folder
  )

const imageIn = Effect.fnUntraced(function*(name: string, folder: string, type: "image" | "container" = "image") {
  const config: ImageConfig = JSON.parse(yield* shell("buildah", ["inspect", "--type", type, name]))
  const env = config.OCIv1.config.Env.map((each): readonly [string, string] => {
    const at = each.indexOf("=")
    return [each.slice(0, at), each.slice(at + 1)]
  })
  return { folder, env: Object.fromEntries(env) }
})

export class Image extends Context.Service<Image, {
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
}>()("test/Image") {
  /** Built from this checkout. */
  static readonly layer = Layer.effect(
    Image,
    Effect.flatMap(
      mounted(
        Effect.map(shell(join(root, "tools/image/mount"), ["Dockerfile", built]), (text) => text.trim().split("\n"))
      ),
      (folder) => imageIn(built, folder)
    )
  )

  /** As an archive has it, by the name that buildah has for that. */
  static readonly layerOf = (archive: string) =>
    Layer.effect(
      Image,
      Effect.gen(function*() {
        const container = (yield* shell("buildah", ["from", archive])).trim()
        const folder = yield* mounted(
          Effect.map(shell("buildah", ["mount", container]), (text) => [container, text.trim()])
        )
        return yield* imageIn(container, folder, "container")
      })
    )
}
