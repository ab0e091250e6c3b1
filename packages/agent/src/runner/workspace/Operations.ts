/** What git can be in the middle of, with the file in `.git` that says so. */
export const operations = [
  ["merge", "MERGE_HEAD"],
  ["rebase", "rebase-merge"],
  ["rebase", "rebase-apply"],
  ["cherry-pick", "CHERRY_PICK_HEAD"],
  ["revert", "REVERT_HEAD"],
  ["bisect", "BISECT_LOG"]
] as const
export type Operation = (typeof operations)[number][0]
