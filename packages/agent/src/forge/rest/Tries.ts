/** How often a forge that does not respond is asked, and when again. */

export const tries = 4

/** Seconds after an attempt, from 1. */
export const pauseAfter = (attempt: number): number => 2 ** attempt / 2
