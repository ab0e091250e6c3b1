/**
 * Where the page is. A release brings it; a checkout builds it when it is asked for first, and again after its sources have changed, so
 * that `npm ci && npm start` is all there is to do and nothing is built for those who never open it.
 */
import { PageNotAvailable } from "@orchestrator/http/contract/Problem"
import { Effect, FileSystem, Path } from "effect"
import { ChildProcess, type ChildProcessSpawner } from "effect/process"
import { type Installation, nodeExecutable } from "./Installation.ts"
import { isFreshPage } from "./PageSources.ts"

const missing = (detail: string) =>
  new PageNotAvailable({ detail, hint: "See the log of the server, or `npm run build:page`; the API works without it" })

const build = Effect.fnUntraced(function*(root: string) {
  yield* Effect.logInfo("building the page, as its sources are new; this takes some seconds")
  const child = yield* ChildProcess.make(nodeExecutable, ["tools/buildPage.ts"], {
    cwd: root,
    stdin: "ignore",
    stdout: "ignore",
    stderr: "inherit"
  })
  return (yield* child.exitCode) === 0
}, Effect.scoped)

/** Answers at once with what answers with the folder, from the second time on without looking. */
export const pageFolder = Effect.fn("pageFolder")(function*({ isCheckout, page, root }: Installation) {
  const context = yield* Effect.context<FileSystem.FileSystem | Path.Path | ChildProcessSpawner.ChildProcessSpawner>()
  const files = yield* FileSystem.FileSystem
  const { join } = yield* Path.Path
  const isThere = Effect.orElseSucceed(files.exists(join(page, "index.html")), () => false)
  return yield* Effect.cached(
    Effect.gen(function*() {
      if (!isCheckout) return (yield* isThere) ? page : yield* missing("This installation came without the page")
      const built = (yield* isFreshPage(page, root)) || (yield* Effect.orElseSucceed(build(root), () => false))
      if (built) return page
      if (!(yield* isThere)) return yield* missing("The page could not be built")
      yield* Effect.logWarning("the page could not be built; an older build of it is served")
      return page
    }).pipe(Effect.provideContext(context))
  )
})
