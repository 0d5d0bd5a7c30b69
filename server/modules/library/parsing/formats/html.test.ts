import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import { failure, outline, parsed } from '../testing/files.ts';

describe('HTML', () => {
  test('keeps the text and leaves scripts, styles, hidden parts and furniture out', async () => {
    const document = await parsed(
      `<!doctype html><html lang="fr"><head><title> A  page </title><meta name="author" content="Ada; Bo"><meta name="author" content="Board of Lakes and Rivers"><style>p{}</style></head><body>
      <nav>Menu</nav><header><h1>Head</h1></header>
      <p>One<br>two &amp; three<script>alert(1)</script></p><div>loose <b>text</b></div>
      <p hidden>hidden</p><p style="display:none">gone</p><p aria-hidden="true">unheard</p>
      <ul><li>a<ul><li>b</li></ul></li><li><p>c</p><p>more</p></li></ul><ol start="3"><li>three</li></ol>
      <table><caption>Cap</caption><tr><th>x</th><th>y</th></tr><tr><td>1</td><td><p>2</p><p>3</p></td></tr></table>
      <pre>  keep
    this</pre><blockquote>said</blockquote><dl><dt>term</dt><dd>meaning</dd></dl>
      <footer>Imprint</footer><template>t</template></body></html>`,
      'text/html',
    );
    expect(document).toMatchObject({
      title: 'A page',
      authors: ['Ada', 'Bo', 'Board of Lakes and Rivers'],
      language: 'fr',
    });
    expect(outline(document)).toEqual([
      'heading1: Head',
      'paragraph: One\ntwo & three',
      'paragraph: loose text',
      'listItem: - a',
      'listItem: - b',
      'listItem: - c',
      'paragraph: more',
      'listItem: 3. three',
      'paragraph: Cap',
      'tableRow: x | y',
      'tableRow: 1 | 2 3',
      'code:   keep\n    this',
      'quote: said',
      'paragraph: term',
      'paragraph: meaning',
    ]);
  });

  test('reads only main, where there is one', async () => {
    const text = await parsed(
      '<body><div>Banner</div><main><h1>T</h1><p>Body</p><aside>kept</aside></main><div>End</div></body>',
      'text/html',
    );
    expect(text.text).toBe('T\n\nBody\n\nkept');
    const articles = await parsed(
      '<body><h1>T</h1><article>one</article><article>two</article></body>',
      'text/html',
    );
    expect(articles.text).toBe('T\n\none\n\ntwo');
  });

  test('tables for layout give their headings and cells', async () => {
    const document = await parsed(
      '<table><tr><td>left<h2>Title</h2>under<table><tr><td>a</td><td>b</td></tr></table></td></tr></table>',
      'text/html',
    );
    expect(outline(document)).toEqual([
      'tableRow: left',
      'heading2: Title',
      'tableRow: under',
      'tableRow: a | b',
    ]);
  });

  test('decodes what the page declares', async () => {
    const bytes = iconv.encode('<meta charset="windows-1250"><p>Łódź, żółć</p>', 'windows-1250');
    expect((await parsed(bytes, 'text/html')).text).toBe('Łódź, żółć');
  });

  test.each([
    ['200,000 elements in elements', '<div>'.repeat(200_000)],
    ['lists in lists', '<ul><li>'.repeat(100_000)],
    ['a million stray end tags deep inside', `${'<div>'.repeat(4_900)}${'</x>'.repeat(1_000_000)}text`],
  ])('%s end as damaged', async (_, html) => {
    expect(await failure(html, 'text/html')).toBe('library.damaged_file');
  });

  test('500 elements in elements are read', async () => {
    expect((await parsed(`${'<div>'.repeat(500)}text`, 'text/html')).text).toBe('text');
  });

  test('broken markup loses no text, and a page without text is refused', async () => {
    expect((await parsed('<p>a<p>b</i></div><td>c', 'text/html')).text).toBe('a\n\nb\n\nc');
    expect(await failure('<html><script>x()</script></html>', 'text/html')).toBe('library.no_text');
    expect(await failure('<div>'.repeat(50_000), 'text/html')).toBe('library.damaged_file');
  });
});
