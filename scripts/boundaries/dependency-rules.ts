import { cruise, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser';
import type { Violation } from './violation.ts';

// Who may import whom, as ARCHITECTURE.md says it. Type-only imports count: a contract is a dependency too.

const TESTS = ['\\.(test|contract)\\.tsx?$', '^server/testing/', '^web/e2e/'];
const MODULE_FILES = '^server/modules/([^/]+)/';
const QUERY_BUILDER = ['(^|/)node_modules/kysely/', '^server/platform/db/query-builder\\.ts$'];
const HTTP_FRAMEWORK = [
  '(^|/)node_modules/(fastify|@fastify|fastify-plugin)/',
  '^(node:)?https?$',
  '^server/platform/http/(?!schemas\\.ts$)',
];

function forbid(
  name: string,
  comment: string,
  from: IForbiddenRuleType['from'],
  to: object,
): IForbiddenRuleType {
  return { name, comment, severity: 'error', from, to };
}

const RULES: readonly IForbiddenRuleType[] = [
  forbid(
    'module-internals',
    'another module may import only index.ts',
    { path: MODULE_FILES, pathNot: TESTS },
    { path: MODULE_FILES, pathNot: ['^server/modules/$1/', '^server/modules/[^/]+/index\\.ts$'] },
  ),
  forbid(
    'module-door',
    'the composition root takes a module by its index.ts or its factory, <module>.module.ts',
    { path: '^server/', pathNot: [...TESTS, '^server/modules/'] },
    { path: MODULE_FILES, pathNot: '^server/modules/[^/]+/(index|[^/]+\\.module)\\.ts$' },
  ),
  forbid(
    'storeys',
    'kernel and platform know no module, kernel knows no platform, and nothing below the app knows the app',
    { path: '^server/(kernel|platform|modules)/', pathNot: TESTS },
    { path: '^server/(app/|cli/|main\\.ts$)' },
  ),
  forbid(
    'storeys',
    'platform knows no module',
    { path: '^server/platform/', pathNot: TESTS },
    { path: '^server/modules/' },
  ),
  forbid(
    'storeys',
    'kernel stands alone',
    { path: '^server/kernel/' },
    { path: '^server/(platform|modules)/' },
  ),
  forbid(
    'routes-repositories',
    'routes call a service; they never import a repository',
    { path: '\\.routes\\.ts$' },
    { path: '\\.repository\\.ts$' },
  ),
  forbid(
    'query-builder',
    'only repositories and platform/db import the query builder',
    { path: '^server/', pathNot: [...TESTS, '\\.(repository|tables)\\.ts$', '^server/platform/db/'] },
    { path: QUERY_BUILDER },
  ),
  forbid(
    'query-builder',
    'tables import types of the query builder, and nothing that runs',
    { path: '\\.tables\\.ts$' },
    { path: QUERY_BUILDER, dependencyTypesNot: ['type-only'] },
  ),
  forbid(
    'services-http',
    'in a module only routes, schemas and the factory know that there is HTTP',
    { path: '^server/modules/', pathNot: [...TESTS, '\\.(routes|schemas|module)\\.ts$'] },
    { path: HTTP_FRAMEWORK },
  ),
  forbid(
    'services-routes',
    'only the factory imports routes',
    { path: '^server/modules/', pathNot: [...TESTS, '\\.(routes|module)\\.ts$'] },
    { path: '\\.routes\\.ts$' },
  ),
  forbid(
    'outbound-door',
    'only platform/outbound opens connections to addresses',
    { path: '^server/', pathNot: [...TESTS, '^server/platform/outbound/'] },
    { path: '(^|/)node_modules/undici/' },
  ),
  forbid('cycles', 'no import cycles', {}, { circular: true }),
  forbid(
    'testing-in-product',
    'the product imports no test code',
    { path: '^(server|client|web)/', pathNot: TESTS },
    { path: TESTS },
  ),
  forbid(
    'console-server',
    'the console reaches the server through the generated client only',
    { path: '^(web|client)/', pathNot: TESTS },
    { path: '^server/' },
  ),
  forbid('client-console', 'the client knows no console', { path: '^client/' }, { path: '^web/' }),
  forbid('resolvable', 'every import leads somewhere', {}, { couldNotResolve: true }),
];

/**
 * Checks the imports of `folders` (relative to `root`). `files` are the sources that were really read, so that the
 * caller can see that none was passed over: without a TypeScript that it can use, the library reads no `.ts` file and
 * still finds nothing wrong.
 */
export async function checkDependencies(
  root: string,
  folders: readonly string[],
): Promise<{ readonly files: readonly string[]; readonly violations: readonly Violation[] }> {
  const { output } = await cruise(
    [...folders],
    {
      baseDir: root,
      validate: true,
      ruleSet: { forbidden: [...RULES] },
      tsPreCompilationDeps: true,
      doNotFollow: { path: '(^|/)node_modules/' },
      exclude: { path: ['(^|/)web/dist/'] },
    },
    {
      bustTheCache: true,
      conditionNames: ['import', 'node', 'default', 'types'],
      exportsFields: ['exports'],
    },
  );
  const result: ICruiseResult = typeof output === 'string' ? JSON.parse(output) : output;
  const comments = new Map(RULES.map((rule) => [rule.name, rule.comment ?? '']));
  return {
    files: result.modules
      .filter((module) => !module.coreModule && module.followable !== false)
      .map((module) => module.source),
    violations: result.summary.violations.map((violation) => ({
      rule: violation.rule.name,
      file: violation.from,
      detail: `${comments.get(violation.rule.name)}: → ${describe(violation)}`,
    })),
  };
}

function describe(violation: ICruiseResult['summary']['violations'][number]): string {
  return violation.cycle ? violation.cycle.map((step) => step.name).join(' → ') : violation.to;
}
