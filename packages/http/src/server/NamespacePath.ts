/** Paths below which the API is about the runs of another namespace than the installation's own. */

const below = /^\/namespaces\/([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)(?:(?=\?)|$|(?=\/))(.*)$/

/** What a request below `/namespaces` is about; undefined for all others. */
export const namespaceIn = (url: string): { readonly namespace: string; readonly url: string } | undefined => {
  const [, namespace, rest = ""] = below.exec(url) ?? []
  return namespace === undefined ? undefined : { namespace, url: rest.startsWith("/") ? rest : `/${rest}` }
}
