// A name nobody else takes by chance. Not secret: whoever uses it creates the file exclusively, so a guess gains nothing.

export const randomName = (): string =>
  `${process.pid}-${Math.random().toString(36).slice(2)}${Math.random().toString(36).slice(2)}`;
