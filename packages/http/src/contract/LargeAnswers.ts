/** For endpoints whose answers may have megabytes: so few are made at a time that all who ask together cost no more than those few. */
import { HttpApiMiddleware } from "effect/http-api"

export class LargeAnswers extends HttpApiMiddleware.Service<LargeAnswers>()(
  "@orchestrator/http/contract/LargeAnswers"
) {}
