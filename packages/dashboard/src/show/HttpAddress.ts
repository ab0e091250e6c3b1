/** An address that a page may link to: of the web, and of nothing that a browser would run. Pure. */
export const httpAddress = (text: string): string | undefined => {
  if (!/^https?:\/\/[^\s@]+$/i.test(text) || !URL.canParse(text)) return undefined
  const { password, protocol, username } = new URL(text)
  const isWeb = protocol === "https:" || protocol === "http:"
  return isWeb && username === "" && password === "" ? text : undefined
}
