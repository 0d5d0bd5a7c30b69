import ts from 'typescript';

// Ways out of the process that do not go through `platform/outbound`, the one door that checks addresses.

/** What opens a connection, by the module that it comes from. */
const CLIENTS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['http', new Set(['request', 'get', 'Agent', 'globalAgent', 'ClientRequest'])],
  ['https', new Set(['request', 'get', 'Agent', 'globalAgent'])],
  ['http2', new Set(['connect'])],
  ['net', new Set(['connect', 'createConnection', 'Socket'])],
  ['tls', new Set(['connect', 'TLSSocket'])],
]);
const GLOBALS: ReadonlySet<string> = new Set(['fetch', 'WebSocket', 'EventSource']);

/**
 * Global `fetch` and its kin, by any mention that is not a mere name of a property or a type; and clients of Node's own
 * modules, by name or through the whole module. A local variable named `fetch` counts too: name it by what it is.
 */
export function findOutboundCalls(root: ts.SourceFile): readonly ts.Node[] {
  const found: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    if (opensConnections(node)) found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(root);
  return found;
}

function opensConnections(node: ts.Node): boolean {
  if (ts.isImportDeclaration(node)) return importsClient(node);
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const [specifier] = node.arguments;
    return (
      specifier !== undefined && ts.isStringLiteralLike(specifier) && clientsOf(specifier.text) !== undefined
    );
  }
  if (ts.isPropertyAccessExpression(node)) return isGlobal(node.expression) && GLOBALS.has(node.name.text);
  if (ts.isElementAccessExpression(node)) {
    const name = node.argumentExpression;
    return isGlobal(node.expression) && ts.isStringLiteralLike(name) && GLOBALS.has(name.text);
  }
  return ts.isIdentifier(node) && GLOBALS.has(node.text) && isValue(node);
}

function importsClient({ importClause, moduleSpecifier }: ts.ImportDeclaration): boolean {
  if (!ts.isStringLiteral(moduleSpecifier) || importClause === undefined) return false;
  const clients = clientsOf(moduleSpecifier.text);
  if (clients === undefined || importClause.phaseModifier === ts.SyntaxKind.TypeKeyword) return false;
  const { name, namedBindings } = importClause;
  if (name !== undefined || namedBindings === undefined || ts.isNamespaceImport(namedBindings)) return true;
  return namedBindings.elements.some(
    (element) => !element.isTypeOnly && clients.has((element.propertyName ?? element.name).text),
  );
}

function clientsOf(specifier: string): ReadonlySet<string> | undefined {
  return CLIENTS.get(specifier.replace(/^node:/, ''));
}

function isGlobal(node: ts.Expression): boolean {
  return ts.isIdentifier(node) && (node.text === 'globalThis' || node.text === 'global');
}

/** Whether the identifier stands for a value: not the name of a property, a member of a type, or a part of `typeof x`. */
function isValue(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node;
  if (ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent)) return false;
  return !(
    ts.isPropertySignature(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isMethodDeclaration(parent) ||
    ts.isMethodSignature(parent) ||
    ts.isTypeQueryNode(parent) ||
    ts.isQualifiedName(parent) ||
    ts.isTypeReferenceNode(parent)
  );
}
