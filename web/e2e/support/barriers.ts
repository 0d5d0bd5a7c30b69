import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** What would keep somebody from using the screen: what axe finds, and content that is wider than the window. */
export async function barriers(page: Page): Promise<readonly string[]> {
  // The page's own policy forbids foreign scripts; this one comes in by the debugger.
  await page.evaluate(axe.source);
  const violations = await page.evaluate(async () => {
    const judged: { violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] } =
      await Reflect.get(window, 'axe').run(document, { resultTypes: ['violations'] });
    return judged.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
  });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  return overflow > 0 ? [...violations, `${overflow} pixels wider than the window`] : violations;
}
