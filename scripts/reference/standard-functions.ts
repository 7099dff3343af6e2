// What CEL brings along and workflows use most: each line is an expression that is true.

export const standardFunctions: readonly (readonly [what: string, example: string])[] = [
  ['arithmetic; whole numbers and others do not mix', '7 / 2 == 3 && 7.0 / 2.0 == 3.5 && 7 % 2 == 1'],
  ['comparison, and, or, not', '1 < 2 && !(1 == 2) || false'],
  ['a choice', "(2 > 1 ? 'yes' : 'no') == 'yes'"],
  ['texts joined', "'leaf' + string(1) == 'leaf1'"],
  ['in a list, or a key of a map', "'a' in ['a', 'b'] && 'x' in {'x': 1}"],
  ['how many', "size([1, 2]) == 2 && 'abc'.size() == 3"],
  ['conversion', "int('12') == 12 && string(12) == '12' && double('1.5') == 1.5"],
  ['parts of a text', "'leaf1'.startsWith('leaf') && 'leaf1'.endsWith('1') && 'leaf1'.contains('af')"],
  ['a regular expression', "'leaf12'.matches('^leaf[0-9]+$')"],
  ['a text taken apart, and put together', "'a,b'.split(',') == ['a', 'b'] && ['a', 'b'].join('-') == 'a-b'"],
  ['white space around it taken off', "' a '.trim() == 'a'"],
  ['each item changed', '[1, 2].map(n, n * 2) == [2, 4]'],
  ['some items', '[1, 2, 3].filter(n, n > 1) == [2, 3]'],
  ['all, some, exactly one', '[1, 2].all(n, n > 0) && [1, 2].exists(n, n > 1) && [1, 2].exists_one(n, n > 1)'],
];
