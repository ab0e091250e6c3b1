import { Schema } from "effect"

/** Settings that cannot be meant. */
export class ConfigProblem extends Schema.TaggedError<ConfigProblem>()("ConfigProblem", {
  source: Schema.String,
  problems: Schema.Array(Schema.String)
}) {
  override get message(): string {
    return `${this.source} cannot be used:\n${this.problems.map((problem) => `  - ${problem}`).join("\n")}`
  }
}
