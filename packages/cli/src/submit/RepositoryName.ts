/** What the address of a repository says of it. Pure. */

/** The last part of its path: `payments` of `git@host:team/payments.git`. */
export const repositoryName = (url: string): string =>
  url.replace(/[/\\]+$/, "").replace(/\.git$/, "").split(/[/:\\]/).at(-1)?.replaceAll(/[^\w.-]+/g, "-").replace(
    /^[-.]+/,
    ""
  ) ?? ""

/** Whether it is an address that git takes, and not a folder of this machine. */
export const isAddress = (repository: string): boolean =>
  /^[a-z][a-z+]*:\/\//i.test(repository) || /^[\w.-]+@[\w.-]+:/.test(repository)
