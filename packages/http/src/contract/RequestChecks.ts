/** What an endpoint may answer because of how it was asked, as part of the contract: parameters, and bodies. */
import { HttpApiMiddleware } from "effect/http-api"
import { BodyTooLarge, InvalidBody, InvalidRequest, MalformedBody, UnsupportedMediaType } from "./Problem.ts"

/** For endpoints with path, query or header parameters. */
export class ChecksParameters extends HttpApiMiddleware.Service<ChecksParameters>()(
  "@orchestrator/http/contract/ChecksParameters",
  { error: InvalidRequest }
) {}

/** For endpoints with a JSON body. */
export class ChecksBody extends HttpApiMiddleware.Service<ChecksBody>()(
  "@orchestrator/http/contract/ChecksBody",
  { error: [MalformedBody, InvalidBody, UnsupportedMediaType, BodyTooLarge] }
) {}

/** The most that is read of a body, in bytes. */
export const bodyLimit = 1024 * 1024
