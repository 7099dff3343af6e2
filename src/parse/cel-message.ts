// The CEL compiler's words for what it met, as signs a person wrote.

const signs: Readonly<Record<string, string>> = {
  EOF: 'the end',
  NUMBER: 'a number',
  STRING: 'a text',
  BOOLEAN: 'true or false',
  NULL: '`null`',
  IDENTIFIER: 'a name',
  PLUS: '`+`',
  MINUS: '`-`',
  MULTIPLY: '`*`',
  DIVIDE: '`/`',
  MODULO: '`%`',
  EQ: '`==`',
  NE: '`!=`',
  LT: '`<`',
  LE: '`<=`',
  GT: '`>`',
  GE: '`>=`',
  AND: '`&&`',
  OR: '`||`',
  NOT: '`!`',
  IN: '`in`',
  LPAREN: '`(`',
  RPAREN: '`)`',
  LBRACKET: '`[`',
  RBRACKET: '`]`',
  LBRACE: '`{`',
  RBRACE: '`}`',
  DOT: '`.`',
  COMMA: '`,`',
  COLON: '`:`',
  QUESTION: '`?`',
  BYTES: 'bytes',
};

/** What the compiler says too briefly for a person to see what to do. */
const plain: Readonly<Record<string, string>> = {
  'unexpected token: the end': 'it ends where something more is needed',
  'unexpected character: =': 'unexpected character: =; `==` compares',
  'unexpected character: &': 'unexpected character: &; `&&` is "and"',
  'unexpected character: |': 'unexpected character: |; `||` is "or"',
};

/** `Expected RPAREN, got EOF` reads `expected `)`, got the end`. */
export const celMessage = (message: string): string => {
  const text = lowerFirst(message.replaceAll(/\b[A-Z]{2,}\b/g, (word) => signs[word] ?? word));
  return plain[text] ?? text;
};

export const lowerFirst = (text: string): string => text.slice(0, 1).toLowerCase() + text.slice(1);
