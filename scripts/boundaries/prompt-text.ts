import ts from 'typescript';

// Words meant for a model, found by where they stand (the fields in which models take instructions) and by how they
// sound (the marks of instruction texts). Fields are the sound part: whatever reaches a model passes one of them.

const MODEL_FIELDS = new Set(['system', 'prompt', 'instructions', 'systemPrompt']);
const PROMPT_NAME = /(^|[a-z_])(prompt|instructions)$/i;
const MESSAGE_ROLES = new Set(['system', 'developer', 'user', 'assistant']);
const SOUNDS_LIKE_A_PROMPT = [
  /^\s*(you are|act as|imagine you are) (an?|now)\b.{40}/is,
  /^\s*(your (task|job|role) is|given the following|based (only )?on the following|use (only )?the following)\b/i,
  /\b(respond|reply|answer) (only )?(with|in|using) (valid )?(json|the (passages|context|sources))\b/i,
  /<\|(im_start|system|user|assistant)\|?>|\[\/?INST\]|<<SYS>>|^#{2,3} ?(instruction|system)s?:?\s*$/im,
];

/** The literals of `source` that are prompt text. */
export function findPromptText(source: ts.SourceFile): readonly ts.Node[] {
  const found = new Set<ts.Node>();
  const visit = (node: ts.Node): void => {
    const instructed = valueForAModel(node);
    if (instructed) {
      const prose = literalParts(instructed).find(({ text }) => isProse(text));
      if (prose) found.add(prose.node);
    }
    if (isLiteral(node) && !found.has(node)) {
      const text = textOf(node);
      if (SOUNDS_LIKE_A_PROMPT.some((sound) => sound.test(text))) found.add(node);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return [...found];
}

/** The expression that a model would read, where `node` is such a place: `system: …`, `const reviewPrompt = …`, a message's content. */
function valueForAModel(node: ts.Node): ts.Expression | undefined {
  if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name)) {
    return PROMPT_NAME.test(node.name.text) ? node.initializer : undefined;
  }
  if (!ts.isPropertyAssignment(node)) return undefined;
  const name = ts.isIdentifier(node.name) || ts.isStringLiteral(node.name) ? node.name.text : '';
  if (MODEL_FIELDS.has(name)) return node.initializer;
  return name === 'content' && isMessage(node.parent) ? node.initializer : undefined;
}

function isMessage(object: ts.ObjectLiteralExpression): boolean {
  return object.properties.some(
    (property) =>
      ts.isPropertyAssignment(property) &&
      property.name.getText() === 'role' &&
      [
        property.initializer,
        ...(ts.isAsExpression(property.initializer) ? [property.initializer.expression] : []),
      ].some((value) => ts.isStringLiteralLike(value) && MESSAGE_ROLES.has(value.text)),
  );
}

/** The literals that `expression` is made of: through `+`, `?:`, brackets, arrays and calls on a literal such as `[…].join(' ')`. */
function literalParts(
  expression: ts.Expression,
): readonly { readonly node: ts.Node; readonly text: string }[] {
  if (isLiteral(expression)) return [{ node: expression, text: textOf(expression) }];
  if (ts.isBinaryExpression(expression)) return [expression.left, expression.right].flatMap(literalParts);
  if (ts.isConditionalExpression(expression))
    return [expression.whenTrue, expression.whenFalse].flatMap(literalParts);
  if (ts.isParenthesizedExpression(expression) || ts.isAsExpression(expression))
    return literalParts(expression.expression);
  if (ts.isArrayLiteralExpression(expression)) return expression.elements.flatMap(literalParts);
  if (ts.isCallExpression(expression) && ts.isPropertyAccessExpression(expression.expression)) {
    return literalParts(expression.expression.expression);
  }
  return [];
}

type Literal = ts.StringLiteralLike | ts.TemplateExpression;

function isLiteral(node: ts.Node): node is Literal {
  return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);
}

function textOf(literal: Literal): string {
  if (!ts.isTemplateExpression(literal)) return literal.text;
  return literal.head.text + literal.templateSpans.map((span) => ` … ${span.literal.text}`).join('');
}

/** Three words or more; `messages.map(toText).join('\n')` and the like hold none. */
function isProse(text: string): boolean {
  return (text.match(/\p{L}{2,}/gu) ?? []).length >= 3;
}
