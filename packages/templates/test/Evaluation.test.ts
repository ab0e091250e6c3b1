/** Templates are evaluated as Handlebars evaluates them: compared with Handlebars itself, on values that need no escaping. */
import { assert, describe, it } from "@effect/vitest"
import Handlebars from "handlebars"
import { rendered } from "./fixtures/Render.ts"

const inputs = { x: "word", y: "", n: 2, xs: ["a", "b", "c"] }

const reference = Handlebars.create()
reference.registerHelper({
  eq: (a: unknown, b: unknown) => a === b,
  ne: (a: unknown, b: unknown) => a !== b,
  and: (a: unknown, b: unknown) => Boolean(a && b),
  or: (a: unknown, b: unknown) => Boolean(a || b),
  not: (a: unknown) => !a
})

describe("a template is evaluated as by Handlebars", () => {
  it.each([
    "a {{x}} {{n}} {{y}}.",
    "a {{~x~}} b {{{x}}} \\{{x}} {{!-- {{nothing}} --}}c",
    "a {{#if x}}yes {{x}}{{else}}no{{/if}} {{#if y}}yes{{else}}no {{n}}{{/if}}",
    "a {{#unless y}}{{x}}{{/unless}}",
    "a\n{{#if x}}\nline {{x}}.\n{{/if}}\n{{#each xs}}\n- {{this}}\n{{/each}}\nend",
    "a {{#each xs}}{{@index}}:{{@key}}:{{@first}}:{{@last}}:{{.}}:{{../x}}:{{@root.n}};{{/each}}",
    "a {{#each xs as |item i|}}{{item}}{{i}}{{../x}}{{#if (eq item \"b\")}} is b, {{../n}}{{else if (eq i 2)}} last{{/if}};{{/each}}",
    "a {{#with x as |w|}}{{this}} {{w}} {{../n}}{{/with}}{{#with y}}some{{else}}none{{/with}}",
    "a {{lookup xs 1}} {{xs.length}} {{#if xs}}some{{/if}}",
    "a {{eq x \"word\"}} {{ne n 2}} {{and x y}} {{or x y}} {{not y}} {{#if (and x (not (or y (eq n 3))))}}in{{/if}}",
    "a {{#if n}}{{#each xs}}{{#if @first}}{{../x}}{{/if}}{{/each}}{{/if}}"
  ])(
    "%s",
    (source) =>
      assert.strictEqual(rendered("markdown", source, inputs), reference.compile(source, { noEscape: true })(inputs))
  )

  it.each([
    { source: "a {{#if (and xs x)}}both{{else}}not{{/if}}", want: "a not" },
    { source: "a {{#if (or xs y)}}one{{else}}none{{/if}}", want: "a none" },
    { source: "a {{not xs}}", want: "a true" },
    { source: "a [{{lookup xs 7}}]", want: "a []" }
  ])(
    "an empty list is nothing: $source",
    ({ source, want }) => assert.strictEqual(rendered("markdown", source, { ...inputs, xs: [] }), want)
  )
})
