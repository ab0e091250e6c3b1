/** What of a request to the Gemini API (generateContent) goes on. */
import { allowed, dropped, refused, type Rows } from "../request/Rules.ts"

export const geminiHeaderRows: Rows = {
  "accept": allowed("chooses between a stream and a plain answer"),
  "user-agent": allowed("says which client asks"),
  "x-goog-api-client": allowed("says which client library asks"),
  "content-encoding": refused("a body that is compressed cannot be checked"),
  "x-goog-api-key": dropped("the broker's own key takes its place"),
  "authorization": dropped("the broker's own key takes its place"),
  "x-goog-user-project": dropped("the key's own project pays")
}

/** Fields at the top of a body; the model is in the path. */
export const geminiFieldRows: Rows = {
  "contents": allowed("counted by their bytes"),
  "systemInstruction": allowed("counted by its bytes"),
  "tools": allowed("functions that the agent runs itself"),
  "toolConfig": allowed("of it, how functions are called"),
  "generationConfig": allowed("one answer, with maxOutputTokens: model.outputTokens where they are absent"),
  "safetySettings": allowed("costs nothing"),
  "labels": dropped("not needed"),
  "serviceTier": dropped("priority has other prices; the project's own setting holds"),
  "store": dropped("nothing is kept at the API"),
  "cachedContent": refused("what the API keeps is read again, and nothing here bounds how much")
}

/** Parts of a tool. */
export const geminiToolRows: Rows = {
  "functionDeclarations": allowed("the agent runs them"),
  "googleSearch": refused("each search costs, and what it reads"),
  "googleSearchRetrieval": refused("each search costs, and what it reads"),
  "googleMaps": refused("each search costs, and what it reads"),
  "enterpriseWebSearch": refused("each search costs, and what it reads"),
  "urlContext": refused("reads pages of any size, past the network policy"),
  "codeExecution": refused("asks the model again within one request"),
  "computerUse": refused("asks the model again within one request"),
  "retrieval": refused("reads files of others in the same project"),
  "fileSearch": refused("reads files of others in the same project"),
  "mcpServers": refused("reaches past the network policy"),
  "*": refused("its cost is not known")
}
