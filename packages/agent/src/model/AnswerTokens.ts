import type { ModelTokens } from "@orchestrator/domain/BrokerResult"
import type { AnswerUsage, Tokens } from "./ModelDialect.ts"

const sum = (all: ReadonlyArray<Tokens>, of: (tokens: Tokens) => number) =>
  all.reduce((total, each) => total + of(each), 0)

/** All tokens of an answer: of its iterations, where they are more than what stands at the top. */
export const tokensIn = (usage: AnswerUsage): Omit<ModelTokens, "answers"> => {
  const most = (of: (tokens: Tokens) => number) => Math.max(of(usage), sum(usage.iterations, of))
  return {
    input: most(({ input }) => input),
    output: most(({ output }) => output),
    cacheRead: most(({ cacheRead }) => cacheRead),
    cacheWrite: most(({ cacheWrite }) => cacheWrite)
  }
}
