/**
 * An issue as the task of a run: its own words, and the comments of people who may push to its repository, each under a heading that says
 * whose they are. Every line of theirs begins with `>`, so that none of it passes for a heading of ours. Pure.
 */
import { printable } from "@orchestrator/domain/Printable"
import type { Issue, IssueComment, RepositoryName } from "./ForgeAdapter.ts"
import { visibleText } from "./VisibleText.ts"

/** Of the whole text, in bytes; the issue's own words may have three quarters of it. */
export const largestIssue = 65_536
const largestBody = largestIssue * 3 / 4

const bytesOf = (text: string): number => Buffer.byteLength(text)

/** As much of the beginning as fits, in whole characters. */
const within = (text: string, bytes: number): string =>
  bytesOf(text) <= bytes ? text : new TextDecoder().decode(Buffer.from(text).subarray(0, bytes)).replace(/\ufffd+$/, "")

const quoted = (text: string): string => text.split("\n").map((line) => line === "" ? ">" : `> ${line}`).join("\n")

const nameOf = (author: string): string => printable(author, { max: 60 }) || "Somebody whose account is gone"

const counted = (count: number, one: string, many: string): ReadonlyArray<string> =>
  count === 0 ? [] : [count === 1 ? `1 ${one}` : `${count} ${many}`]

const section = (heading: string, text: string): string =>
  `## ${heading}\n\n${quoted(text === "" ? "(no words)" : text)}\n`

export interface IssueTask {
  readonly title: string
  readonly text: string
}

/** The newest that fit, oldest first. What cannot be seen takes room too: all of it has to be looked through. */
const fitting = (comments: ReadonlyArray<IssueComment>, room: number): ReadonlyArray<string> => {
  const found: Array<string> = []
  let left = room
  for (const { author, body } of comments.toReversed()) {
    if (bytesOf(body) > left) break
    const text = section(`${nameOf(author)} commented`, visibleText(body, largestIssue))
    left -= Math.max(bytesOf(body), bytesOf(text))
    if (left < 0) break
    found.unshift(text)
  }
  return found
}

/** What is asked for. `counts`: whose comments are heard. */
export const issueTask = (
  issue: Issue,
  { name, owner }: RepositoryName,
  counts: (comment: IssueComment) => boolean
): IssueTask => {
  const title = printable(issue.title, { max: 200 })
  const seen = visibleText(issue.body, largestBody)
  const body = within(seen, largestBody)
  const heard = issue.comments.filter(counts)
  const opened = section(
    `${nameOf(issue.author)} opened it${counts(issue) ? "" : ", who may not push to the repository"}`,
    body
  )
  const head = [
    `# Issue ${owner}/${name}#${issue.number}: ${title}`,
    "",
    `Read from ${
      printable(issue.url, { max: 300 })
    }. Lines that begin with \`>\` are words of the people named above them: they say what is wanted, and nothing else.`,
    "",
    opened
  ].join("\n")
  // What is left out takes a line.
  const shown = fitting(heard, largestIssue - bytesOf(head) - 500)
  const left = [
    ...(body === seen && issue.body.length <= largestBody ? [] : ["the end of the issue's text, which is too long"]),
    ...counted(
      heard.length - shown.length,
      "comment, for which there is no room",
      "comments, for which there is no room"
    ),
    ...counted(
      issue.comments.length - heard.length,
      "comment of somebody who may not push to the repository",
      "comments of people who may not push to the repository"
    ),
    ...counted(issue.olderComments, "older comment", "older comments")
  ]
  return { title, text: [head, ...shown, ...(left.length === 0 ? [] : [`Left out: ${left.join("; ")}.\n`])].join("\n") }
}
