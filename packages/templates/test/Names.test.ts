import { assert, describe, it } from "@effect/vitest"
import type { TemplateProblem } from "../src/TemplateError.ts"
import { problemsOf } from "./fixtures/Render.ts"

interface Case {
  readonly name: string
  readonly source: string
  readonly line?: number
  readonly reason?: TemplateProblem["reason"]
  /** What the message must mention, so that the author finds the place and the remedy. */
  readonly mentions: ReadonlyArray<string>
}

const wrong: ReadonlyArray<Case> = [
  { name: "a typo", source: "a\nb {{servce}}", line: 2, mentions: ["servce", "\"service\""] },
  { name: "another case", source: "{{taskId}}", mentions: ["taskId", "\"task_id\""] },
  { name: "a name that is near to nothing", source: "x {{zzzzzzzz}}", mentions: ["zzzzzzzz", "repository_url"] },
  { name: "a field of an object", source: "{{retry.promt_modification}}", mentions: ["\"prompt_modification\""] },
  { name: "a field of a text", source: "{{service.name}}", mentions: ["service.name", "text"] },
  { name: "a prototype's property", source: "{{service.constructor}}", mentions: ["constructor"] },
  { name: "a prototype's property of the inputs", source: "{{constructor}}", mentions: ["constructor"] },
  { name: "__proto__", source: "{{__proto__}}", mentions: ["__proto__"] },
  { name: "lookup of a prototype's property", source: "{{lookup retry \"constructor\"}}", mentions: ["constructor"] },
  { name: "lookup by a computed name", source: "{{lookup retry service}}", mentions: ["lookup"] },
  { name: "a condition", source: "\n\n{{#if continue_sesion}}x{{/if}}", line: 3, mentions: ["\"continue_session\""] },
  {
    name: "a chained condition",
    source: "{{#if service}}a\n{{else if modell}}b{{/if}}",
    line: 2,
    mentions: ["\"model\""]
  },
  { name: "the else branch", source: "{{#if service}}a{{else}}\n{{modl}}{{/if}}", line: 2, mentions: ["\"model\""] },
  { name: "an argument of a helper", source: "{{#if (eq servic \"a\")}}x{{/if}}", mentions: ["\"service\""] },
  {
    name: "an argument two helpers deep",
    source: "{{#if (not (and servic model))}}x{{/if}}",
    mentions: ["\"service\""]
  },
  { name: "a list to go through", source: "{{#each permissions.alow}}x{{/each}}", mentions: ["\"allow\""] },
  {
    name: "a name inside #each, where the items are texts",
    source: "{{#each permissions.allow}}{{service}}{{/each}}",
    mentions: ["text"]
  },
  { name: "a block parameter", source: "{{#each permissions.allow as |tool|}}{{toool}}{{/each}}", mentions: ["toool"] },
  { name: "a name inside #with", source: "{{#with retry}}{{service}}{{/with}}", mentions: ["service"] },
  { name: "a name above the inputs", source: "{{../service}}", mentions: ["../service"] },
  {
    name: "a name above #each",
    source: "{{#each permissions.allow}}{{../servce}}{{/each}}",
    mentions: ["\"service\""]
  },
  { name: "@index outside of #each", source: "{{@index}}", mentions: ["@index", "#each"] },
  { name: "an unknown @name", source: "{{#each permissions.allow}}{{@indx}}{{/each}}", mentions: ["@indx", "@index"] },
  { name: "what the renderer keeps for itself", source: "{{@hoisted}}", mentions: ["@hoisted"] },
  { name: "a name under @root", source: "{{@root.servce}}", mentions: ["\"service\""] },
  { name: "a helper", source: "{{jsn permissions}}", mentions: ["\"json\""] },
  { name: "the renderer's own helper", source: "{{emit 0 service}}", mentions: ["emit"] },
  { name: "a helper of Handlebars that writes to the log", source: "{{log service}}", mentions: ["log"] },
  { name: "too few arguments", source: "{{#if (eq service)}}x{{/if}}", mentions: ["eq", "2"] },
  { name: "named arguments", source: "{{json service indent=2}}", mentions: ["named"] },
  { name: "a comparison that never holds", source: "{{#if (eq task_id \"7\")}}x{{/if}}", mentions: ["number", "text"] },
  { name: "#each over a text", source: "{{#each service}}x{{/each}}", mentions: ["service", "list"] },
  { name: "an object where a text is needed", source: "{{permissions}}", mentions: ["{{json permissions}}"] },
  { name: "a list where a text is needed", source: "{{permissions.allow}}", mentions: ["{{json permissions.allow}}"] },
  { name: "null", source: "{{#if (eq service null)}}x{{/if}}", mentions: ["null"] },
  { name: "an unknown block", source: "{{#iff service}}x{{/iff}}", reason: "Unsupported", mentions: ["#iff", "#if"] },
  {
    name: "a section without a helper",
    source: "{{#service}}x{{/service}}",
    reason: "Unsupported",
    mentions: ["#service"]
  },
  { name: "a helper as a block", source: "{{#eq service \"a\"}}x{{/eq}}", reason: "Unsupported", mentions: ["#eq"] },
  { name: "a partial", source: "x\n{{> header}}", line: 2, reason: "Unsupported", mentions: ["partials"] },
  {
    name: "an inline partial",
    source: "{{#*inline \"a\"}}x{{/inline}}",
    reason: "Unsupported",
    mentions: ["decorators"]
  },
  { name: "a literal", source: "{{\"service\"}}", reason: "Unsupported", mentions: ["without"] },
  { name: "a block that does not end", source: "a\n{{#if service}}\nb", reason: "Syntax", mentions: ["Expecting"] },
  {
    name: "a block that ends as another",
    source: "\n{{#if service}}x{{/each}}",
    line: 2,
    reason: "Syntax",
    mentions: ["if", "each"]
  },
  {
    name: "an expression that does not end",
    source: "a\nb {{service",
    line: 2,
    reason: "Syntax",
    mentions: ["Expecting"]
  }
]

describe("a template that names what does not exist, or cannot work, is refused at load", () => {
  it.each(wrong)("$name", ({ line = 1, mentions, reason = "UnknownInput", source }) => {
    const problems = problemsOf("markdown", source)
    assert.deepStrictEqual(problems.map((problem) => problem.reason), [reason])
    if (!source.startsWith("a\n{{#if service}}\nb")) {
      assert.deepStrictEqual(problems.map((problem) => problem.line), [line])
    }
    for (const word of mentions) assert.include(problems[0]?.message, word)
  })

  it("every problem of a file at once", () => {
    const problems = problemsOf("markdown", "{{servce}}\n{{#if modell}}{{brnch}}{{/if}}\n{{#each xs}}{{/each}}")
    assert.deepStrictEqual(problems.map(({ line }) => line), [1, 2, 3])
  })
})

describe("a template that is right is accepted", () => {
  it.each([
    "{{service}} {{ service }} {{{service}}} {{this.service}} {{./service}} {{~service~}}",
    "{{! a comment }}{{!-- {{servce}} --}}\\{{servce}}",
    "{{#each permissions.allow}}{{this}}{{@index}}{{@first}}{{@last}}{{@root.service}}{{../service}}{{/each}}",
    "{{#each permissions.allow as |tool i|}}{{tool}}{{i}}{{../service}}{{else}}none{{/each}}",
    "{{#with retry as |r|}}{{context_version}}{{r.resume}}{{#if resume}}{{../service}}{{/if}}{{/with}}",
    "{{#if (or continue_session (and retry.resume (not overwrite_memory)))}}a{{else if (ne task_id 3)}}b{{else}}c{{/if}}",
    "{{#unless overwrite_memory}}{{json permissions}}{{/unless}}",
    "{{#if (eq task_type \"code\")}}{{lookup retry \"context_version\"}}{{lookup permissions.allow 0}}{{/if}}",
    "{{tool_config.remote.length}}"
  ])("%s", (source) => assert.deepStrictEqual(problemsOf("markdown", source), []))
})
