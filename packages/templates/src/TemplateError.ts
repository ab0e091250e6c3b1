/** What can be wrong with templates: every problem at once, each with the file, the line and what to do. */
import { Schema } from "effect"

export const TemplateProblem = Schema.Struct({
  /** Path of the template as found, such as `code/prompt.md.hbs`; when rendering, the name of the output. */
  file: Schema.String,
  line: Schema.optionalKey(Schema.Int),
  reason: Schema.Literals([
    /** No template for an output, no folder, or two templates for one output. */
    "Missing",
    "Ambiguous",
    "Unreadable",
    "Syntax",
    /** Names an input or helper that does not exist, or uses one in a way that cannot work. */
    "UnknownInput",
    "Unsupported",
    /** A value stands where it cannot be written safely. */
    "Placement",
    "InvalidJson",
    /** A value that the target cannot hold, such as NUL in a script. */
    "Unrepresentable",
    "TooLarge"
  ]),
  message: Schema.String
})
export type TemplateProblem = typeof TemplateProblem.Type

export class TemplateError extends Schema.TaggedError<TemplateError>()("TemplateError", {
  operation: Schema.Literals(["load", "render"]),
  /** Folder of the templates, or name of the run. */
  ref: Schema.String,
  problems: Schema.Array(TemplateProblem)
}) {
  override get message(): string {
    return `${this.operation} templates of ${this.ref}: ${this.problems.map(formatTemplateProblem).join("; ")}`
  }
}

/** `code/prompt.md.hbs:12: unknown input "servce"; did you mean "service"?` */
const formatTemplateProblem = ({ file, line, message }: TemplateProblem): string =>
  `${file}${line === undefined ? "" : `:${line}`}: ${message}`
