/** Reads an issue that is to be a run's task, at any forge. Whose comments count is asked of the forge, since a comment says only who wrote it. */
import { Effect } from "effect"
import type { Repository } from "./ForgeAdapter.ts"
import { ForgeError, tokenSecrets } from "./ForgeError.ts"
import { issueTask } from "./IssueText.ts"

/** People who are asked about; of those beyond, what stands beside their comments counts. */
const mostAsked = 30

export const readIssue = Effect.fn("Issues.read")(function*(repository: Repository, number: number) {
  const { name, owner } = repository.name
  const ref = `${owner}/${name}#${number}`
  const unfit = (words: string) =>
    new ForgeError({ operation: "take as the task", ref, reason: { _tag: "Refused", words } })
  const issue = yield* repository.issue(number).pipe(
    Effect.catchIf(
      ({ reason }) => reason._tag === "NotFound",
      () =>
        unfit(
          `there is no such issue, or the token may not see it: check spec.issue and ${tokenSecrets}`
        )
    )
  )
  if (issue.isPullRequest) return yield* unfit("it is a pull request: name an issue in spec.issue")
  if (issue.state === "closed") return yield* unfit("the issue is closed: reopen it, or name another one in spec.issue")
  const authors = [...new Set([issue, ...issue.comments.toReversed()].map(({ author }) => author))]
    .filter((author) => author !== "").slice(0, mostAsked)
  const answers = yield* Effect.forEach(
    authors,
    (author) => Effect.map(repository.mayWrite(author), (mayWrite) => [author, mayWrite] as const)
  )
  const known = new Map(answers)
  return issueTask(issue, repository.name, ({ author, member }) => author !== "" && (known.get(author) ?? member))
})
