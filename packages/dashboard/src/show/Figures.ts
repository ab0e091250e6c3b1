/** Whole numbers as people read them. Pure. */
const format = new Intl.NumberFormat("en-US")

/** `1,204` */
export const figure = (number: number): string => format.format(number)

/** `1 run`, `1,204 runs` */
export const counted = (number: number, word: string): string => `${figure(number)} ${word}${number === 1 ? "" : "s"}`
