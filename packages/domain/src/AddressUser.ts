/**
 * User names in addresses of git repositories, as forges print them for cloning (`https://ada@host/…`). The token that the run has is not
 * theirs, so that nothing asks by them: they are dropped before use. What could be a token or a password is no name, and is refused.
 */

const address = /^(https?|ssh):\/\/([^/]*)@|^([\w.-]+)@(?=[^/:]+:)/su

/** What stands before the host; `isHttp`: where it says nothing that is needed. */
const userIn = (url: string): { readonly user: string; readonly isHttp: boolean } | undefined => {
  const [, scheme = "ssh", ofUrl, ofScp] = address.exec(url) ?? []
  const user = ofUrl ?? ofScp
  return user === undefined ? undefined : { user, isHttp: scheme !== "ssh" }
}

/** As a regular expression has it: letters, digits and what names are made of; `%40` of an e-mail address. */
export const userPattern = String.raw`[\w~](?:[\w.+~-]|%40){0,99}`
const isName = new RegExp(`^${userPattern}$`)

/** Of GitHub, GitLab, both Bitbuckets and Anthropic; a JWT; an AWS key. */
const tokenStart =
  /^(?:gh[a-z]_|github_pat_|gl(?:pat|oas|dt|rt|rtr|cbt|ptt|ft|soat|imt|agent|ffct|wt)-|AT(?:ATT|BB|CTT)|BBDC-|sk-|eyJ|AKIA|ASIA)/

const shortestToken = 16
const longestWord = 32

const kindOf = (letter: string): "digit" | "upper" | "lower" =>
  /\d/.test(letter) ? "digit" : /[A-Z]/.test(letter) ? "upper" : "lower"

/** Random texts change between digits and both cases all the time, names do it now and then. */
const isRandom = (name: string): boolean => {
  const letters = name.replaceAll("%40", "").replaceAll(/[^A-Za-z0-9]/g, "")
  if (letters.length < shortestToken) return false
  const kinds = Array.from(letters, kindOf)
  const changes = kinds.filter((kind, at) => at > 0 && kind !== kinds[at - 1]).length
  return changes * 4 >= letters.length || name.split(/[^A-Za-z0-9]/).some((word) => word.length >= longestWord)
}

/** Whether an address has no more before its host than the name of somebody. By ssh it is the name of an account, or of a key. */
export const hasPlainUser = (url: string): boolean => {
  const found = userIn(url)
  if (found === undefined) return true
  const { isHttp, user } = found
  if (tokenStart.test(user)) return false
  return isHttp ? isName.test(user) && !isRandom(user) : !/:|%3a/i.test(user)
}

/** An http address without the user name. */
export const withoutUser = (url: string): string => url.replace(/^(https?:\/\/)[^/?#\\]*@/u, "$1")
