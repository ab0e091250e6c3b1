/** OpenAI's Responses API. */
import { meterOf } from "../answer/AnswerMeter.ts"
import type { ModelDialect } from "../ModelDialect.ts"
import { openAiError } from "../openai/OpenAiError.ts"
import { openAiHeaders, openAiTarget } from "../openai/OpenAiHeaders.ts"
import { openAiLimit } from "../openai/OpenAiLimit.ts"
import { checkRequest } from "./CheckRequest.ts"
import { responsesShape } from "./Usage.ts"

export const responses: ModelDialect = {
  api: "responses",
  name: "Responses",
  maker: "openai",
  home: "https://api.openai.com",
  target: openAiTarget("/v1/responses"),
  check: checkRequest,
  ...openAiHeaders,
  meter: meterOf(responsesShape),
  limit: openAiLimit,
  refuse: openAiError
}
