/**
 * The page at `/`: files that never change, under names with their hash, and `index.html`, which is asked for again each time, for every
 * address that a browser navigates to and the API does not have. Nothing else of the folder is sent.
 */
import { Effect, FileSystem, Path } from "effect"
import { HttpRouter, HttpServerError, HttpServerRequest, HttpServerRespondable, HttpServerResponse } from "effect/http"
import { createHash } from "node:crypto"
import { PageNotAvailable } from "../../contract/Problem.ts"
import { pathOf } from "../Problems.ts"
import { knownPath } from "../RouteTable.ts"
import { baseOf, encodingOf, forwardedBase, pagePath } from "./PagePath.ts"
import { pagePolicy } from "./PagePolicy.ts"

export interface PageOptions {
  /** Where the build of the page is; fails with why there is none. Asked at each request. */
  readonly folder: Effect.Effect<string, PageNotAvailable>
  /** Origins that the page may ask beside this server. */
  readonly connect: ReadonlyArray<string>
}

const notFound = (request: HttpServerRequest.HttpServerRequest) =>
  Effect.fail(new HttpServerError.HttpServerError({ reason: new HttpServerError.RouteNotFound({ request }) }))

const unreadable = new PageNotAvailable({
  detail: "The files of the page are not where they were built",
  hint: "Build it with `npm run build:page`; the API works without it"
})

const etagOf = (text: string): string => `"${createHash("sha256").update(text).digest("base64url").slice(0, 22)}"`

const isKnownTo = (request: HttpServerRequest.HttpServerRequest, etag: string): boolean =>
  (request.headers["if-none-match"] ?? "").split(",").some((each) => each.trim().replace(/^W\//, "") === etag)

const view = Effect.fnUntraced(function*(
  request: HttpServerRequest.HttpServerRequest,
  folder: string,
  connect: ReadonlyArray<string>
) {
  const files = yield* FileSystem.FileSystem
  const { join } = yield* Path.Path
  const built = yield* Effect.mapError(files.readFileString(join(folder, "index.html")), () => unreadable)
  const base = forwardedBase(request.headers["x-forwarded-prefix"]) ?? baseOf(pathOf(request.url))
  const text = built.replace(/<base href="[^"]*">/, `<base href="${base}">`)
  const etag = etagOf(text)
  const headers = {
    "cache-control": "no-cache",
    vary: "accept, x-forwarded-prefix",
    etag,
    "content-security-policy": pagePolicy(connect),
    "cross-origin-opener-policy": "same-origin"
  }
  return isKnownTo(request, etag)
    ? HttpServerResponse.empty({ status: 304, headers })
    : HttpServerResponse.text(text, { contentType: "text/html; charset=utf-8", headers })
})

const asset = Effect.fnUntraced(function*(
  request: HttpServerRequest.HttpServerRequest,
  folder: string,
  { name, type }: { readonly name: string; readonly type: string }
) {
  const files = yield* FileSystem.FileSystem
  const path = (yield* Path.Path).join(folder, "assets", name)
  const encoding = encodingOf(request.headers["accept-encoding"] ?? "")
  const whole = Effect.map(files.readFile(path), (bytes) => ({ bytes, headers: {} }))
  const { bytes, headers } = yield* (encoding === undefined ? whole : Effect.catch(
    Effect.map(
      files.readFile(`${path}${encoding.suffix}`),
      (bytes) => ({ bytes, headers: { "content-encoding": encoding.name } })
    ),
    () => whole
  )).pipe(Effect.catch(() => notFound(request)))
  return HttpServerResponse.uint8Array(bytes, {
    contentType: type,
    headers: { "cache-control": "public, max-age=31536000, immutable", vary: "accept-encoding", ...headers }
  })
})

/** A route for whatever no other route has taken. */
export const pageLayer = ({ connect, folder }: PageOptions) =>
  HttpRouter.use(Effect.fnUntraced(function*(router) {
    const context = yield* Effect.context<FileSystem.FileSystem | Path.Path>()
    const answer = Effect.gen(function*() {
      const request = yield* HttpServerRequest.HttpServerRequest
      const meant = pagePath(pathOf(request.url), request.headers["accept"] ?? "")
      if (meant._tag === "Other" || knownPath(request.url) !== undefined) return yield* notFound(request)
      return meant._tag === "Asset"
        ? yield* asset(request, yield* folder, meant)
        : yield* view(request, yield* folder, connect)
    }).pipe(
      Effect.catchTag("PageNotAvailable", (problem) => HttpServerRespondable.toResponse(problem)),
      Effect.provideContext(context)
    )
    yield* router.add("GET", "/", answer)
    yield* router.add("GET", "/*", answer)
  }))
