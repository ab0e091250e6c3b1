/**
 * What a reader sees of the Markdown that people write at a forge. What a page does not show (comments, attributes, titles of links, what is
 * said instead of a picture, definitions that nothing refers to, what stands behind a code block's language) is where somebody could write to
 * an agent past everybody who read the page, and goes. A section that has to be opened first (`details`) stays.
 */
import { printable } from "@orchestrator/domain/Printable"
import { parse, postprocess, preprocess } from "micromark"
import { gfmFootnote } from "micromark-extension-gfm-footnote"

type Event = ReturnType<typeof postprocess>[number]
type Token = Event[1]

interface Cut {
  readonly from: number
  readonly to: number
  readonly instead: string
}

const eventsOf = (text: string): ReadonlyArray<Event> =>
  postprocess(parse({ extensions: [gfmFootnote()] }).document().write(preprocess()(text, undefined, true)))

/** Elements whose content is shown nowhere. */
const silent =
  /<(script|style|template|title|noscript|noembed|noframes|iframe|textarea)\b[^>]*>[\s\S]*?(?:<\/\1\s*>|$)/gi
/** Comments, instructions, declarations; one that does not end hides the rest. */
const asides = /<!--[\s\S]*?(?:-->|$)|<\?[\s\S]*?(?:\?>|$)|<![a-z[][\s\S]*?(?:>|$)/gi
const tags = /<\/?[a-z][^>]*(?:>|$)/gi

const withoutTags = (html: string): string => html.replace(asides, "").replace(silent, "").replace(tags, "")

/** As Markdown compares labels. */
const label = (text: string): string => text.trim().replace(/\s+/g, " ").toLowerCase()

/** A language, which decides on colors. */
const isLanguage = (info: string): boolean => /^[\w+#.-]{1,20}$/.test(info)

/** Labels that something on the page refers to. */
const labelsUsed = (events: ReadonlyArray<Event>, textOf: (token: Token) => string): ReadonlySet<string> => {
  const names = new Set(["referenceString", "gfmFootnoteCallString", "labelText"])
  return new Set(
    events.flatMap(([kind, token]) => kind === "enter" && names.has(token.type) ? [label(textOf(token))] : [])
  )
}

/** Label of a definition of either kind. */
const definedLabel = (text: string): string => label(/^\s*\[\^?((?:[^\]\\]|\\.)*)\]/.exec(text)?.[1] ?? "")

const cutsOf = (text: string): ReadonlyArray<Cut> => {
  const events = eventsOf(text)
  const textOf = ({ end, start }: Token) => text.slice(start.offset, end.offset)
  const used = labelsUsed(events, textOf)
  let images = 0
  return events.flatMap(([kind, token]): ReadonlyArray<Cut> => {
    if (token.type === "image") images += kind === "enter" ? 1 : -1
    if (kind === "exit") return []
    const cut = (instead: string) => [{ from: token.start.offset, to: token.end.offset, instead }]
    switch (token.type) {
      case "htmlText":
        return cut("")
      case "htmlFlow":
        return cut(withoutTags(textOf(token)))
      case "labelText":
        return images > 0 ? cut("") : []
      case "resourceTitle":
      case "definitionTitle":
      case "codeFencedFenceMeta":
        return cut("")
      case "codeFencedFenceInfo":
        return isLanguage(textOf(token)) ? [] : cut("")
      case "definition":
      case "gfmFootnoteDefinition":
        return used.has(definedLabel(textOf(token))) ? [] : cut("")
      default:
        return []
    }
  })
}

/** The text without these; one within another goes with it. */
const without = (text: string, cuts: ReadonlyArray<Cut>): string => {
  let kept = ""
  let at = 0
  for (const { from, instead, to } of cuts.toSorted((left, right) => left.from - right.from || right.to - left.to)) {
    if (from < at) continue
    kept += text.slice(at, from) + instead
    at = to
  }
  return kept + text.slice(at)
}

/** A text of at most `longest` UTF-16 units takes no longer than some seconds, whatever it is. */
export const visibleText = (markdown: string, longest: number): string => {
  const text = printable(markdown.slice(0, longest), { lines: true })
  return without(text, cutsOf(text)).replace(/[ \t]+$/gm, "").replace(/\n{3,}/g, "\n\n").trim()
}
