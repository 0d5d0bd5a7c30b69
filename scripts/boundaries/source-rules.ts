import ts from 'typescript';
import { findOutboundCalls } from './outbound-calls.ts';
import { findPromptText } from './prompt-text.ts';
import type { Violation } from './violation.ts';

// What imports cannot show, read from the syntax tree of one file.

const MAX_LINES = 300;
const TEST_FILE = /\.(test|contract)\.tsx?$/;
/** The door itself; the command line, which talks to the server of its own user; and probes, which try what must fail. */
const OUTBOUND_DOOR = /^server\/(platform\/outbound|cli)\/|\.probe\.ts$/;
const GENERATED = new Set(['client/schema.ts']);
const TEST_FUNCTIONS = new Set(['test', 'it', 'describe', 'suite']);
const NEVER_RUN = new Set(['skip', 'todo', 'only', 'fails']);
const SUPPRESSION =
  /(?:\/\/|\/\*|^\s*\*)\s*(?:@ts-(?:ignore|expect-error|nocheck)|biome-ignore|eslint-disable)/gm;

/** Checks one source. `file` is its path relative to the repository, with `/`. */
export function checkSource(file: string, text: string): readonly Violation[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const violations: Violation[] = [];
  const report = (rule: string, detail: string) => (node: ts.Node) =>
    violations.push({
      rule,
      file,
      line: source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1,
      detail,
    });

  findSuppressions(source).forEach(
    report('suppressions', 'the checks hold for all code: mend what they say'),
  );
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  if (lines > MAX_LINES && !GENERATED.has(file)) {
    violations.push({
      rule: 'file-length',
      file,
      detail: `${lines} lines; split it by what it does (at most ${MAX_LINES})`,
    });
  }
  if (TEST_FILE.test(file)) {
    findSkippedTests(source).forEach(
      report('skipped-tests', 'a test that never runs, or that keeps others from running'),
    );
    return violations;
  }
  if (file.startsWith('server/') && !file.startsWith('server/testing/')) {
    if (file !== 'server/main.ts') {
      findEnvironmentReads(source).forEach(
        report('environment', 'only server/main.ts reads the environment; pass the setting in'),
      );
    }
    if (!file.endsWith('.repository.ts') && !file.startsWith('server/platform/db/')) {
      findQueryBuilderImports(source).forEach(
        report('query-builder', 'only repositories look inside a transaction'),
      );
    }
    if (!OUTBOUND_DOOR.test(file)) {
      findOutboundCalls(source).forEach(
        report('outbound-door', 'only platform/outbound opens connections; take its port, `Outbound`'),
      );
    }
    if (!file.endsWith('.prompts.ts')) {
      findPromptText(source).forEach(report('prompt-text', 'prompt text stands only in *.prompts.ts'));
    }
  }
  return violations;
}

/** `import { queryBuilder } from …`: the doors that platform/db opens for repositories, beside much that all may use. */
function findQueryBuilderImports(source: ts.SourceFile): readonly ts.Node[] {
  return collect(
    source,
    (node) =>
      (ts.isImportSpecifier(node) || ts.isExportSpecifier(node)) &&
      (names(node, 'queryBuilder') || names(node, 'statement')),
  );
}

/** `process.env` in any spelling: a property, an index, destructured, or imported from `node:process`. */
function findEnvironmentReads(source: ts.SourceFile): readonly ts.Node[] {
  return collect(source, (node) => {
    if (ts.isPropertyAccessExpression(node)) return node.name.text === 'env' && isProcess(node.expression);
    if (ts.isElementAccessExpression(node)) {
      return (
        ts.isStringLiteralLike(node.argumentExpression) &&
        node.argumentExpression.text === 'env' &&
        isProcess(node.expression)
      );
    }
    if (ts.isVariableDeclaration(node) && ts.isObjectBindingPattern(node.name)) {
      return (
        node.initializer !== undefined &&
        isProcess(node.initializer) &&
        node.name.elements.some((element) => names(element, 'env'))
      );
    }
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      const bindings = node.importClause?.namedBindings;
      return (
        /^(node:)?process$/.test(node.moduleSpecifier.text) &&
        bindings !== undefined &&
        ts.isNamedImports(bindings) &&
        bindings.elements.some((element) => names(element, 'env'))
      );
    }
    return false;
  });
}

function isProcess(node: ts.Expression): boolean {
  if (ts.isIdentifier(node)) return node.text === 'process';
  return ts.isPropertyAccessExpression(node) && node.name.text === 'process';
}

function names(element: ts.BindingElement | ts.ImportSpecifier | ts.ExportSpecifier, name: string): boolean {
  const original = element.propertyName ?? element.name;
  return 'text' in original && original.text === name;
}

/** `test.skip(…)`, `describe.todo(…)`, `it.only.each(…)`. What depends on the machine says so with `skipIf` or `runIf`. */
function findSkippedTests(source: ts.SourceFile): readonly ts.Node[] {
  return collect(source, (node) => {
    if (!ts.isPropertyAccessExpression(node) || !NEVER_RUN.has(node.name.text)) return false;
    let base: ts.Expression = node.expression;
    while (ts.isPropertyAccessExpression(base)) base = base.expression;
    return ts.isIdentifier(base) && TEST_FUNCTIONS.has(base.text);
  });
}

/** Comments that switch a check off; the same words inside a literal are no comment. */
function findSuppressions(source: ts.SourceFile): readonly ts.Node[] {
  return [...source.text.matchAll(SUPPRESSION)]
    .map((match) => smallestNodeAt(source, match.index + match[0].length))
    .filter((node) => !ts.isStringLiteralLike(node) && !ts.isTemplateExpression(node.parent ?? node));
}

function smallestNodeAt(node: ts.Node, position: number): ts.Node {
  const child = ts.forEachChild(node, (candidate) =>
    candidate.pos <= position && position < candidate.end ? candidate : undefined,
  );
  return child ? smallestNodeAt(child, position) : node;
}

/** Every node below `root` that `matches`. */
export function collect(root: ts.Node, matches: (node: ts.Node) => boolean): readonly ts.Node[] {
  const found: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    if (matches(node)) found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(root);
  return found;
}
