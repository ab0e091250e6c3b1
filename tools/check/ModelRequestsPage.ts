/** The guide's page of tables: what of a request to a model goes on, and what models cost. Made from the code that decides it. */
import { chatFieldRows, chatToolRows } from "@orchestrator/agent/model/chat/Rules"
import { geminiFieldRows, geminiHeaderRows, geminiToolRows } from "@orchestrator/agent/model/gemini/Rules"
import { betaRows, fieldRows, headerRows, toolRows } from "@orchestrator/agent/model/messages/RequestRules"
import { openAiHeaderRows } from "@orchestrator/agent/model/openai/OpenAiHeaders"
import type { Rows } from "@orchestrator/agent/model/request/Rules"
import { responsesFieldRows, responsesToolRows } from "@orchestrator/agent/model/responses/Rules"
import { type ListedPrices, priceLists } from "@orchestrator/domain/ListPrices"
import { type ModelPrice, ratesFor } from "@orchestrator/domain/ModelPrice"
import { table } from "./MarkdownTable.ts"

const rulesTable = (what: string, rows: Rows): string =>
  table(
    [what, "", "why"],
    Object.entries(rows).map(([name, { reason, treatment }]) => [`\`${name}\``, treatment, reason])
  )

const rateCells = (price: ModelPrice, read: number): ReadonlyArray<string> => {
  const { cacheRead, cacheWrite, cacheWrite1h, input, output } = ratesFor(price, read)
  return [input, output, cacheRead, cacheWrite, cacheWrite1h].map((rate) => String(Math.round(rate * 1e6) / 1e6))
}

const priceRowsOf = (prices: ListedPrices["prices"]) =>
  Object.entries(prices).flatMap(([name, price]) => {
    const { longContext } = price
    return [
      [`\`${name}\``, ...rateCells(price, 0)],
      ...(longContext === undefined
        ? []
        : [[`\`${name}\`, reading more than ${longContext.above}`, ...rateCells(price, longContext.above + 1)]])
    ]
  })

const pricesOf = ({ comparedOn, comparedWith, list, maker, prices }: ListedPrices) =>
  `${maker}, ${list}: compared on ${comparedOn}${
    comparedWith === undefined ? "" : `, not with the list itself but with ${comparedWith}`
  }.

${table(["model", "input", "output", "cache read", "cache write (5 min)", "cache write (1 h)"], priceRowsOf(prices))}`

export const modelRequestsPage = `# What of a model request goes on

Made by \`npm run generate\` from the tables that the broker goes by. Why it does, and what a run may spend: [spend](spend.md).

\`allowed\` goes on, \`dropped\` is left out without a word, \`refused\` is answered with the reason. What has no row is dropped; a tool without
a row is refused. \`*\` stands for any end.

## Messages

Of Anthropic's making.

${rulesTable("request header", headerRows)}

Values of \`anthropic-beta\`, whatever the date at their end:

${rulesTable("beta", betaRows)}

Fields at the top of the body of \`/v1/messages\`:

${rulesTable("field", fieldRows)}

Tools by their \`type\`; those without one are the agent's own and go on:

${rulesTable("tool", toolRows)}

## Responses

Of OpenAI's making. The output is bounded by \`model.outputTokens\` where a request bounds it not itself.

${rulesTable("request header", openAiHeaderRows)}

Fields at the top of the body of \`/v1/responses\`:

${rulesTable("field", responsesFieldRows)}

Tools by their \`type\`:

${rulesTable("tool", responsesToolRows)}

## Chat Completions

Headers are those of Responses. Fields at the top of the body of \`/v1/chat/completions\`:

${rulesTable("field", chatFieldRows)}

Tools by their \`type\`:

${rulesTable("tool", chatToolRows)}

## generateContent

Of Google's making.

${rulesTable("request header", geminiHeaderRows)}

Fields at the top of a body:

${rulesTable("field", geminiFieldRows)}

Parts of a tool:

${rulesTable("tool", geminiToolRows)}

## Images and documents

They go on in the request itself, not by address or file id.

## List prices

USD per million tokens. \`model.prices\` comes before them. A model that is not here is refused until it has a price there.

${priceLists.map(pricesOf).join("\n\n")}
`
