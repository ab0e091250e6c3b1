/** Addresses of issues, as people copy them from a browser: what they name, at whichever forge. */

export interface IssueAddress {
  /** Address of the issue itself, without what a browser adds behind it. */
  readonly url: string
  /** Address of its repository, as git takes it. */
  readonly repositoryUrl: string
  readonly number: number
}

/** Forges with groups put `-/` before their own pages. */
const issue =
  /^(https?:\/\/[^/?#@\\\s]+(?:\/[\w.~-]+){2,}?)\/((?:-\/)?(?:issues|work_items))\/([1-9]\d{0,8})(?:\/?(?:[?#]\S*)?)$/u

/** Owner and name, with the groups of a forge that has them. */
export const repositoryPath = (repositoryUrl: string): string => repositoryUrl.replace(/^https?:\/\/[^/]+\//u, "")

/** Undefined where it is the address of no issue. */
export const issueAddress = (text: string): IssueAddress | undefined => {
  const [, repositoryUrl, path, number] = issue.exec(text) ?? []
  if (repositoryUrl === undefined || /\/\.{1,2}(?:\/|$)/.test(repositoryUrl)) return undefined
  return { url: `${repositoryUrl}/${path}/${number}`, repositoryUrl, number: Number(number) }
}
