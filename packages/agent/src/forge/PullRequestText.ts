/**
 * Title and body of a pull request. The body is ours between two marks; what people write around them stays. The agent's words are quoted:
 * read by people, and by nothing that acts on them.
 */
import { inert } from "@orchestrator/domain/Inert"
import { type IssueAddress, repositoryPath } from "@orchestrator/domain/IssueUrl"
import { printable } from "@orchestrator/domain/Printable"
import { type AttemptKey, attemptText } from "@orchestrator/domain/Retry"
import type { RepositoryName } from "./ForgeAdapter.ts"

export interface PullRequestFacts {
  readonly task: string
  readonly taskUrl: string | undefined
  /** What closes the issue that the work is about; the only reference that a forge acts on. */
  readonly closing: string | undefined
  readonly run: { readonly name: string; readonly uid: string; readonly attempt: AttemptKey }
  /** The agent's last words. */
  readonly summary: string
  readonly costUsd: number | undefined
  /** Whose figure the cost is. */
  readonly costBy: "prices" | "agent" | undefined
}

const begin = (uid: string) => `<!-- orchestrator:run ${uid} -->`
const end = "<!-- orchestrator:end -->"

/** The bound that GitHub sets is 65,536 characters. */
const longestSummary = 20_000

const longestQuote = 400
const longestFence = 8

/** Without what could end our part, or pass for it. */
const harmless = (text: string): string => text.replaceAll("<!--", "<! --").replaceAll("-->", "-- >")

/**
 * A code block within a quotation. In a code block a forge makes nothing of mentions, keywords, images and HTML; in a quotation no line
 * begins with a bot's command. The words are inert besides, since a squashed merge may make a commit message of them.
 */
export const quoted = (text: string): string => {
  const lines = inert(harmless(printable(text, { lines: true, max: longestSummary }))).trim()
    .replace(/`{8,}/g, "`".repeat(longestFence - 1)).split("\n")
  const shown = lines.length > longestQuote ? [...lines.slice(0, longestQuote), "..."] : lines
  const fence = "`".repeat(longestFence)
  return [`${fence}text`, ...shown, fence].map((line) => `> ${line}`).join("\n")
}

const costLine = ({ costBy, costUsd }: PullRequestFacts): string =>
  costUsd === undefined ? "unknown" : `$${costUsd.toFixed(2)}${costBy === "agent" ? " (as reported by the agent)" : ""}`

/** In the body of a pull request of this repository, closes the issue when that is merged. */
export const closingWords = ({ number, repositoryUrl }: IssueAddress, target: RepositoryName | undefined): string => {
  const path = repositoryPath(repositoryUrl)
  const own = target !== undefined && path.toLowerCase() === `${target.owner}/${target.name}`.toLowerCase()
  return `Fixes ${own ? "" : path}#${number}`
}

/** One line, at most what a forge takes as a title. */
export const titleOf = (title: string): string => printable(title, { max: 200 })

/** Our part of the body. */
export const ownPart = (facts: PullRequestFacts): string =>
  [
    begin(facts.run.uid),
    printable(facts.summary) === "" ? "The agent left no summary." : quoted(facts.summary),
    "",
    ...(facts.closing === undefined ? [] : [facts.closing, ""]),
    "| | |",
    "|---|---|",
    `| Task | ${facts.taskUrl === undefined ? facts.task : `[${facts.task}](${facts.taskUrl})`} |`,
    `| Run | \`${facts.run.name}\`, attempt ${attemptText(facts.run.attempt)} |`,
    `| Cost | ${costLine(facts)} |`,
    end
  ].join("\n")

/** Whether the run has its part in this body: no agent can write there, what it says is made harmless. */
export const hasPartOf = (body: string, uid: string): boolean => body.includes(begin(uid))

/** Our part in at most so many characters, where a forge takes no more: of the agent's words the last lines go first. */
export const shortPart = (part: string, most: number): string => {
  if (part.length <= most) return part
  const lines = part.split("\n")
  const fence = `> ${"`".repeat(longestFence)}`
  const end = lines.lastIndexOf(fence)
  const kept = lines.slice(0, end)
  const rest = ["> ...", ...lines.slice(end)].join("\n")
  while (kept.length > 2 && kept.join("\n").length + 1 + rest.length > most) kept.pop()
  return [...kept, rest].join("\n")
}

/** The body with our part in its place, within what the forge takes; a body without one is a person's and stays as it is. */
export const bodyWith = (existing: string | null, part: string, uid: string, most = Infinity): string => {
  const text = existing ?? ""
  const from = text.indexOf(begin(uid))
  const to = text.indexOf(end, from)
  if (from < 0 || to < 0) return text.trim() === "" ? shortPart(part, most) : text
  const [before, after] = [text.slice(0, from), text.slice(to + end.length)]
  return before + shortPart(part, Math.max(0, most - before.length - after.length)) + after
}
