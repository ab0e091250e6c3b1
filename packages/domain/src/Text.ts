/** The text, or as much of its beginning as fits, ending in dots. Surrogate pairs stay whole. */
export const clip = (text: string, max: number): string =>
  text.length <= max ? text : `${text.slice(0, Math.max(0, max - 3)).replace(/[\ud800-\udbff]$/, "")}...`.slice(0, max)

/** The text with an end that another sentence can follow. */
export const sentence = (text: string): string => {
  const trimmed = text.trim()
  return trimmed === "" || /[.!?:;]$/.test(trimmed) ? trimmed : `${trimmed}.`
}
