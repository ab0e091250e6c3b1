/**
 * What of a request to the Messages API goes on: one table, a reason per row. `allowed` goes on, `dropped` is left out without a word,
 * `refused` is answered with the reason. Whatever has no row is dropped, but for tools, which are refused: a new one may cost.
 * docs/guides/model-requests.md prints it.
 */
import { allowed, dropped, refused, type Rows } from "../request/Rules.ts"

/** Request headers. `*` stands for any end. */
export const headerRows: Rows = {
  "accept": allowed("chooses between a stream and a plain answer"),
  "user-agent": allowed("says which client asks"),
  "anthropic-version": allowed("fixes the shape of the API"),
  "anthropic-beta": allowed("after the table of betas"),
  "x-app": allowed("says which client asks"),
  "x-stainless-*": allowed("says which client library asks"),
  "content-encoding": refused("a body that is compressed cannot be checked"),
  "authorization": dropped("the broker's own key takes its place"),
  "x-api-key": dropped("the broker's own key takes its place")
}

/** Values of `anthropic-beta`, without the date at their end. */
export const betaRows: Rows = {
  "claude-code": allowed("the CLI's own mark"),
  "oauth": allowed("keys of subscriptions need it"),
  "interleaved-thinking": allowed("thoughts between calls; they count to max_tokens"),
  "thinking-token-count": allowed("only how thinking is returned"),
  "thinking-display-updates": allowed("only how thinking is returned"),
  "redact-thinking": allowed("only how thinking is returned"),
  "context-management": allowed("clears what is old; of its edits only those go on that make a request smaller"),
  "prompt-caching": allowed("caches are reserved for at their dearest rate"),
  "prompt-caching-scope": allowed("caches are reserved for at their dearest rate"),
  "extended-cache-ttl": allowed("caches are reserved for at their dearest rate"),
  "fine-grained-tool-streaming": allowed("only how the answer is returned"),
  "token-efficient-tools": allowed("shorter calls of tools"),
  "effort": allowed("thoughts count to max_tokens"),
  "structured-outputs": allowed("only the form of the answer"),
  "advanced-tool-use": allowed(
    "tools that are loaded when they are named; a reference is reserved for with the largest tool"
  ),
  "tool-search-tool": allowed(
    "tools that are loaded when they are named; the server's own search is refused as a tool"
  ),
  "inline-tools": allowed("tools in messages, checked like all others"),
  "mid-conversation-tool-changes": allowed("tools in messages, checked like all others"),
  "mid-conversation-system": allowed("text like any other"),
  "mid-conversation-system-clear-at": allowed("text like any other"),
  "per-turn-control": allowed("effort for one turn; thoughts count to max_tokens"),
  "task-budgets": allowed("tells the model to be brief"),
  "output-128k": allowed("max_tokens is reserved for, however many they are"),
  "context-1m": dropped("prompts above 200,000 tokens cost more; goes on where spec.model ends in [1m]"),
  "fast-mode": dropped("up to six times the price"),
  "compact": dropped("the server asks the model once more within one request"),
  "server-side-fallback": dropped("another model would answer"),
  "fallback-credit": dropped("belongs to server-side-fallback"),
  "advisor-tool": dropped("another model would be asked within one request"),
  "web-search": dropped("the server's tools are refused"),
  "web-fetch": dropped("the server's tools are refused"),
  "code-execution": dropped("the server's tools are refused"),
  "mcp-client": dropped("the server's connections are refused"),
  "skills": dropped("they run in the server's container"),
  "files-api": dropped("files of others in the same workspace of the API"),
  "message-batches": dropped("batches are not forwarded")
}

/** Fields at the top of a body. */
export const fieldRows: Rows = {
  "model": allowed("spec.model, or one that model.allowed lists"),
  "max_tokens": allowed("required, since the output is reserved for"),
  "messages": allowed("counted by their bytes"),
  "system": allowed("counted by its bytes"),
  "tools": allowed("those that the agent runs itself"),
  "tool_choice": allowed("costs nothing"),
  "metadata": allowed("costs nothing"),
  "stream": allowed("costs nothing"),
  "temperature": allowed("costs nothing"),
  "top_k": allowed("costs nothing"),
  "top_p": allowed("costs nothing"),
  "stop_sequences": allowed("costs nothing"),
  "thinking": allowed("thoughts count to max_tokens"),
  "output_config": allowed("effort, format and task_budget of it"),
  "output_format": allowed("only the form of the answer"),
  "cache_control": allowed("caches are reserved for at their dearest rate"),
  "context_management": allowed("edits that make a request smaller (clear_*)"),
  "service_tier": dropped("priority has other prices"),
  "speed": dropped("fast mode costs up to six times as much"),
  "inference_geo": dropped("regions cost a tenth more; the organization's own setting holds"),
  "fallbacks": dropped("another model would answer"),
  "fallback_credit_token": dropped("belongs to fallbacks"),
  "diagnostics": dropped("not needed"),
  "betas": dropped("the header counts"),
  "mcp_servers": refused("connections of the API's own servers reach past the network policy; use spec.remoteTools"),
  "container": refused("code in the API's own containers costs by the hour"),
  "compaction": refused("the server asks the model once more within one request")
}

/** Types of tools; one without a type is the agent's own. */
export const toolRows: Rows = {
  "custom": allowed("the agent runs it"),
  "web_search_*": refused("each search costs, and what it reads"),
  "web_fetch_*": refused("reads pages of any size, past the network policy"),
  "code_execution_*": refused("costs by the hour, and asks the model again within one request"),
  "tool_search_tool_*": refused("asks the model again within one request"),
  "advisor_*": refused("asks another model"),
  "mcp_toolset": refused("reaches past the network policy"),
  "*": refused("its cost is not known")
}
