/** OpenAI's Chat Completions API, which most gateways and servers of open models speak too. */
import { meterOf } from "../answer/AnswerMeter.ts"
import type { ModelDialect } from "../ModelDialect.ts"
import { openAiError } from "../openai/OpenAiError.ts"
import { openAiHeaders, openAiTarget } from "../openai/OpenAiHeaders.ts"
import { openAiLimit } from "../openai/OpenAiLimit.ts"
import { checkRequest } from "./CheckRequest.ts"
import { chatShape } from "./Usage.ts"

export const chat: ModelDialect = {
  api: "chat",
  name: "Chat Completions",
  maker: "openai",
  home: "https://api.openai.com",
  target: openAiTarget("/v1/chat/completions"),
  check: checkRequest,
  ...openAiHeaders,
  meter: meterOf(chatShape),
  limit: openAiLimit,
  refuse: openAiError
}
