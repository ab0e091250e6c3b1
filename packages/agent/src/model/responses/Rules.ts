/** What of a request to the Responses API goes on. */
import { allowed, dropped, refused, type Rows } from "../request/Rules.ts"

const stored = "what the API keeps of earlier requests is read again, and nothing here bounds how much"

/** Fields at the top of a body. */
export const responsesFieldRows: Rows = {
  "model": allowed("spec.model, or one that model.allowed lists"),
  "input": allowed("counted by its bytes"),
  "instructions": allowed("counted by their bytes"),
  "max_output_tokens": allowed("model.outputTokens where it is absent, since the output is reserved for"),
  "tools": allowed("those that the agent runs itself"),
  "tool_choice": allowed("costs nothing"),
  "parallel_tool_calls": allowed("costs nothing"),
  "reasoning": allowed("thoughts count to max_output_tokens"),
  "text": allowed("only the form of the answer"),
  "include": allowed("of it, thoughts that are encrypted"),
  "stream": allowed("costs nothing"),
  "stream_options": allowed("only how the answer is returned"),
  "temperature": allowed("costs nothing"),
  "top_p": allowed("costs nothing"),
  "truncation": allowed("makes a request smaller"),
  "prompt_cache_key": allowed("makes a request cheaper"),
  "metadata": allowed("costs nothing"),
  "store": dropped("always false: nothing is kept at the API"),
  "service_tier": dropped("priority has other prices; the project's own setting holds"),
  "prompt_cache_retention": dropped("nothing is kept at the API"),
  "prompt_cache_options": dropped("nothing is kept at the API"),
  "context_management": dropped("the server asks the model once more within one request"),
  "user": dropped("not needed"),
  "safety_identifier": dropped("not needed"),
  "client_metadata": dropped("not needed"),
  "top_logprobs": dropped("not needed"),
  "max_tool_calls": dropped("counts tools of the server, which are refused"),
  "previous_response_id": refused(stored),
  "conversation": refused(stored),
  "prompt": refused(stored),
  "background": refused("an answer that nobody waits for is not counted")
}

/** Types of tools. */
export const responsesToolRows: Rows = {
  "function": allowed("the agent runs it"),
  "custom": allowed("the agent runs it"),
  "local_shell": allowed("the agent runs it"),
  "apply_patch": allowed("the agent runs it"),
  "namespace": allowed("holds tools, checked like all others"),
  "tool_search": allowed("where the client searches (execution: client)"),
  "shell": allowed("where the agent runs it (environment: local)"),
  "web_search*": refused("each search costs, and what it reads"),
  "file_search": refused("reads files of others in the same project"),
  "code_interpreter": refused("costs by the container"),
  "image_generation": refused("each image costs"),
  "computer*": refused("asks the model again within one request"),
  "mcp": refused("connections of the API's own servers reach past the network policy; use spec.remoteTools"),
  "*": refused("its cost is not known")
}
