/**
 * The page of the local product, opened signed in. A link is printed on terminals alone, where nobody but the person reads it; a browser is
 * started with a file of the state folder instead, since whoever else uses this machine reads the arguments of its processes.
 */
import { linkLifetime, type SignInLinks } from "@orchestrator/http/services/SignInLinks"
import { Duration, Effect, FileSystem } from "effect"
import { writePrivate } from "../settings/PrivateFile.ts"
import { openInBrowser } from "../show/OpenInBrowser.ts"

/** In the fragment, which browsers send to nobody. */
const linkOf = (server: string, code: string): string => `${server}/sign-in#link=${code}`

/** Of nothing but our own address and a code of URL-safe characters. */
const redirect = (link: string): string =>
  `<!doctype html><meta charset="utf-8"><title>Sign in</title><meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url=${link}"><a href="${link}">Sign in</a>\n`

export interface SignInPageOptions {
  readonly server: string
  readonly links: SignInLinks
  /** Where the file for the browser is, for as long as the product runs. */
  readonly file: string
}

/** What the banner says of the page. */
export const pageLine = Effect.fnUntraced(function*({ links, server }: SignInPageOptions, onTerminal: boolean) {
  if (!onTerminal) return `${server}/  (sign in with the token)`
  return `${linkOf(server, yield* links.make)}  (signs in once, within ${Duration.format(linkLifetime)})`
})

/** Opens a fresh link, and says so. */
export const openSignedIn = Effect.fn("SignInPage.open")(function*({ file, links, server }: SignInPageOptions) {
  yield* writePrivate(file, redirect(linkOf(server, yield* links.make)))
  const opened = yield* openInBrowser(file)
  const link = linkOf(server, yield* links.make)
  return opened
    ? `Opened the page in your browser. If it shows nothing, open ${link}`
    : `No browser was found here. Open ${link}`
})

/** The file goes when the product ends. */
export const removedAtEnd = (file: string) =>
  Effect.addFinalizer(() =>
    Effect.flatMap(FileSystem.FileSystem, (files) => Effect.ignore(files.remove(file, { force: true })))
  )
