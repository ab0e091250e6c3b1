/** Makes a failing case smaller while it still fails: choices left out, then put to lower numbers. */
import type { Choices } from "@orchestrator/embedded/faults/Choices"

/** `fails` is asked at most so often. */
export const shrink = (choices: Choices, fails: (choices: Choices) => boolean, most = 200): Choices => {
  let smallest = choices
  let asked = 0
  const attempt = (candidate: Choices): boolean => {
    if (asked >= most) return false
    asked++
    if (!fails(candidate)) return false
    smallest = candidate
    return true
  }
  /** Whether anything could be made smaller, from the last choice to the first. */
  const pass = (): boolean => {
    let progress = false
    for (let index = smallest.length - 1; index >= 0; index--) {
      const choice = smallest[index] ?? 0
      if (choice === 0) continue
      const lower = [0, 1, Math.floor(choice / 2), choice - 1].filter((number) => number < choice)
      progress = [...new Set(lower)].some((number) => attempt(smallest.with(index, number))) || progress
    }
    return progress
  }
  while (pass());
  return smallest
}
