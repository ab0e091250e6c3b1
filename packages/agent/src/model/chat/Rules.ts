/** What of a request to the Chat Completions API goes on. */
import { allowed, dropped, refused, type Rows } from "../request/Rules.ts"

/** Fields at the top of a body. */
export const chatFieldRows: Rows = {
  "model": allowed("spec.model, or one that model.allowed lists"),
  "messages": allowed("counted by their bytes"),
  "max_completion_tokens": allowed("model.outputTokens where it is absent, since the output is reserved for"),
  "max_tokens": allowed("the older name of the same bound"),
  "tools": allowed("those that the agent runs itself"),
  "tool_choice": allowed("costs nothing"),
  "parallel_tool_calls": allowed("costs nothing"),
  "reasoning_effort": allowed("thoughts count to the output"),
  "verbosity": allowed("only the form of the answer"),
  "response_format": allowed("only the form of the answer"),
  "stop": allowed("costs nothing"),
  "stream": allowed("costs nothing"),
  "stream_options": allowed("always with the usage, which pays for the answer"),
  "temperature": allowed("costs nothing"),
  "top_p": allowed("costs nothing"),
  "top_k": allowed("costs nothing"),
  "frequency_penalty": allowed("costs nothing"),
  "presence_penalty": allowed("costs nothing"),
  "seed": allowed("costs nothing"),
  "prompt_cache_key": allowed("makes a request cheaper"),
  "n": dropped("each answer more costs as much again"),
  "best_of": dropped("each answer more costs as much again"),
  "store": dropped("nothing is kept at the API"),
  "metadata": dropped("not needed"),
  "service_tier": dropped("priority has other prices; the project's own setting holds"),
  "logprobs": dropped("not needed"),
  "logit_bias": dropped("not needed"),
  "user": dropped("not needed"),
  "prediction": dropped("what is predicted wrongly costs like output"),
  "modalities": dropped("sound has other prices"),
  "audio": dropped("sound has other prices"),
  "provider": dropped("where a gateway sends it is the gateway's own setting"),
  "models": dropped("another model would answer"),
  "route": dropped("another model would answer"),
  "fallbacks": dropped("another model would answer"),
  "web_search_options": refused("each search costs, and what it reads"),
  "plugins": refused("each search costs, and what it reads"),
  "functions": refused("the older name of tools")
}

/** Types of tools. */
export const chatToolRows: Rows = {
  "function": allowed("the agent runs it"),
  "custom": allowed("the agent runs it"),
  "*": refused("its cost is not known")
}
