/** The real image: built from this checkout by the real Dockerfile, and its files. */
import { Context, Effect, Layer } from "effect"
import { join } from "node:path"
import { root } from "./Plane.ts"
import { attempt, shell } from "./Shell.ts"

/** What its configuration says that a container of it is started with. */
interface ImageConfig {
  readonly OCIv1: { readonly config: { readonly Env: ReadonlyArray<string> } }
}

export class Image extends Context.Service<Image, {
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
}>()("test/Image") {
  static readonly layer = Layer.effect(
    Image,
    Effect.gen(function*() {
      const tag = "orchestrator:test"
      const [, folder = ""] = yield* Effect.acquireRelease(
        Effect.map(shell(join(root, "tools/image/mount"), ["Dockerfile", tag]), (text) => text.trim().split("\n")),
        ([container = ""]) => attempt("buildah", ["rm", container])
      )
      const config: ImageConfig = JSON.parse(yield* shell("buildah", ["inspect", "--type", "image", tag]))
      const env = config.OCIv1.config.Env.map((each): readonly [string, string] => {
        const at = each.indexOf("=")
        return [each.slice(0, at), each.slice(at + 1)]
      })
      return { folder, env: Object.fromEntries(env) }
    })
  )
}
