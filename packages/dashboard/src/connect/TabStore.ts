/** Texts that outlive a reload of this tab, until its session ends. Where the browser forbids it, nothing is kept and nothing fails. */
const prefix = "orchestrator.kept."

const attempt = <A>(what: (storage: Storage) => A): A | undefined => {
  try {
    return what(window.sessionStorage)
  } catch {
    return undefined
  }
}

export const tabStore = {
  read: (key: string): string | null => attempt((storage) => storage.getItem(prefix + key)) ?? null,
  keep: (key: string, text: string): void => attempt((storage) => storage.setItem(prefix + key, text)),
  drop: (key: string): void => attempt((storage) => storage.removeItem(prefix + key)),
  dropAll: (): void =>
    attempt((storage) => {
      for (const key of Object.keys(storage)) if (key.startsWith(prefix)) storage.removeItem(key)
    })
}
