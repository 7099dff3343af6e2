/** Hexadecimal digits that nobody else takes by chance. They tell names apart and keep nothing secret. */
export const randomDigits = (count: number): string => {
  let digits = '';
  while (digits.length < count)
    digits += Math.floor(Math.random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  return digits.slice(0, count);
};
