import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CommandLine, createCommandLine } from '../testing/command.ts';
import { type Client, createWorld, eventually, type World } from '../testing/world.ts';

// The commands against a running server, as processes of their own.

let world: World;
let power: Client;
let cli: CommandLine;

beforeAll(async () => {
  world = await createWorld();
  power = await world.person('power', 'Field office');
  cli = await createCommandLine({ SCRIPTORIUM_URL: world.url, SCRIPTORIUM_TOKEN: power.token });
  const papers = join(cli.folder, 'papers');
  await mkdir(join(papers, 'more', '.git'), { recursive: true });
  await writeFile(join(papers, 'ferry.md'), '# The ferry\n\nThe ferry at Orsey crosses the river at dawn.\n');
  await writeFile(
    join(papers, 'more', 'gauge.txt'),
    'A gauge measures the level of the water every ten minutes.',
  );
  await writeFile(
    join(papers, 'more', 'same.txt'),
    'A gauge measures the level of the water every ten minutes.',
  );
  await writeFile(join(papers, 'more', '.git', 'notes.txt'), 'not for the library');
  await writeFile(join(papers, 'photo.png'), 'no text');
  await symlink('/etc', join(papers, 'outside'));
  await writeFile(join(cli.folder, 'broken.pdf'), '%PDF-1.7\nnothing more');
  await writeFile(join(cli.folder, 'photo.png'), Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0]));
});
afterAll(async () => {
  await cli?.close();
  await world?.close();
});

describe('ingest', () => {
  test('puts a folder into a new collection and says what became of each file', async () => {
    const { code, stdout, stderr } = await cli.run(['ingest', 'papers', '--collection', 'Papers', '--json']);
    expect(code, stderr).toBe(0);
    const summary = JSON.parse(stdout);
    expect(summary).toMatchObject({
      organization: { id: power.organizationId, name: 'Field office' },
      collection: { name: 'Papers' },
      interrupted: false,
      files: { found: 3, ready: 2, duplicates: 1, failed: 0, cancelled: 0, notSent: 0 },
      skipped: { hidden: 1, unsupported: 1, links: 1, unreadable: 0 },
      failures: [],
    });
    expect(summary.sources.map((source: { fileName: string }) => source.fileName)).toContain(
      'papers/ferry.md',
    );
    expect(stderr).toContain('3 of 3 done');

    const again = await cli.run(['ingest', 'papers', '--collection', 'papers']);
    expect(again.code).toBe(0);
    expect(again.stdout).toMatch(/^ready +0\nduplicates +3 {2}were there already\nskipped +3/);
    const { body } = await power.call('GET', '/library/collections');
    expect(body).toMatchObject({ items: [{ name: 'Papers', sources: 2 }] });
  });

  test('exits 1 with a reason for each file that is not in the library', async () => {
    const { code, stdout } = await cli.run(['ingest', 'broken.pdf', 'photo.png', join('papers', 'ferry.md')]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ready +1\nfailed +2\n/);
    expect(stdout).toMatch(/broken\.pdf: .+ \(library\.damaged_file\)/);
    expect(stdout).toMatch(/photo\.png: .+ \(library\.unsupported_format\)/);
  });

  test('Ctrl-C cancels what is not done and still says how it went', async () => {
    const many = join(cli.folder, 'many');
    await mkdir(many);
    for (let index = 0; index < 300; index++) {
      await writeFile(
        join(many, `${String(index).padStart(3, '0')}.md`),
        `# Note ${index}\n\n${`Line ${index} of a note. `.repeat(50)}`,
      );
    }
    const running = cli.start(['ingest', 'many', '--collection', 'Many', '--concurrency', '1', '--json']);
    const unfinished = async () => {
      const { body } = await power.call('GET', '/tasks?kind=library.ingest&limit=20');
      return (body as { items: { finishedAt?: string }[] }).items.filter(
        (task) => task.finishedAt === undefined,
      );
    };
    await eventually(unfinished, (tasks) => tasks.length > 0);
    running.child.kill('SIGINT');
    const { code, stdout, stderr } = await running.result;
    expect(code, stderr).toBe(130);
    const { interrupted, files } = JSON.parse(stdout);
    expect(interrupted).toBe(true);
    expect(files.cancelled + files.notSent).toBeGreaterThan(0);
    expect(files.ready + files.duplicates + files.failed + files.cancelled + files.notSent).toBe(300);
    expect(await unfinished()).toEqual([]);
  });

  test('a role that may not upload is refused before anything is sent', async () => {
    const reader = await world.person('regular', 'Field office');
    const { code, stdout, stderr } = await cli.run(['ingest', 'papers'], { SCRIPTORIUM_TOKEN: reader.token });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('power');
  });

  test.each([
    ['no path', ['ingest']],
    ['a path that is not there', ['ingest', 'nowhere']],
    ['too many uploads at once', ['ingest', 'papers', '--concurrency', '99']],
    ['an unknown option', ['ingest', 'papers', '--recursive']],
  ])('%s is wrong use', async (_name, args) => {
    const { code, stdout, stderr } = await cli.run(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).not.toMatch(/^ +at /m);
  });
});

describe('search and ask', () => {
  test('search prints passages for people and the API’s answer for programs', async () => {
    const people = await cli.run(['search', 'ferry', 'dawn', '--limit', '1']);
    expect(people.code, people.stderr).toBe(0);
    expect(people.stdout).toMatch(/^1\. .*ferry.*\n {3}.*crosses the river at dawn/i);
    const programs = await cli.run([
      'search',
      'gauge',
      '--mode',
      'keyword',
      '--collection',
      'Papers',
      '--json',
    ]);
    expect(JSON.parse(programs.stdout)).toMatchObject({
      mode: 'keyword',
      items: [{ type: 'source', citation: { quote: expect.stringContaining('gauge') } }],
    });
  });

  test('ask answers with its sources', async () => {
    const { code, stdout, stderr } = await cli.run(['ask', 'What does a gauge measure?']);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(
      /^A gauge measures the level of the water every ten minutes\.[\s\S]*\n\[1\] .+\n {4}“.*gauge measures/,
    );
    const json = await cli.run(['ask', 'What does a gauge measure?', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      provider: 'extractive',
      outcome: 'answered',
      grounded: true,
    });
  });

  test('whoever belongs to another organization finds nothing of it', async () => {
    const stranger = await world.person('admin', 'Elsewhere');
    const environment = { SCRIPTORIUM_TOKEN: stranger.token };
    const { code, stdout } = await cli.run(['search', 'ferry', '--json'], environment);
    expect([code, JSON.parse(stdout).items]).toEqual([0, []]);
    const collection = await cli.run(['search', 'ferry', '--collection', 'Papers'], environment);
    expect([collection.code, collection.stderr]).toEqual([1, 'There is no collection “Papers”.\n']);
    const organization = await cli.run(['search', 'ferry', '--organization', 'Field office'], environment);
    expect(organization.code).toBe(2);
    expect(organization.stderr).toContain('You belong to no organization “Field office”');
  });

  test('signs in with a password from the environment, and out again', async () => {
    const environment = { SCRIPTORIUM_TOKEN: '', SCRIPTORIUM_PASSWORD: 'correct horse battery staple' };
    const { code, stdout, stderr } = await cli.run(
      ['search', 'ferry', '--email', power.email, '--json'],
      environment,
    );
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout).items[0]).toMatchObject({ snippet: expect.stringContaining('ferry') });
    const sessions = await world.database.owner(
      'select count(*)::int as open from sessions s join users u on u.id = s.user_id where s.revoked_at is null and u.email = $1',
      [power.email],
    );
    expect(sessions).toEqual([{ open: 1 }]);
  });

  test.each([
    [
      'a wrong password',
      ['--email', 'nobody@example.org'],
      { SCRIPTORIUM_TOKEN: '', SCRIPTORIUM_PASSWORD: 'wrong' },
      1,
    ],
    ['a forged token', [], { SCRIPTORIUM_TOKEN: 'forged' }, 1],
    ['no word about who asks', [], { SCRIPTORIUM_TOKEN: '' }, 2],
    ['a password that nobody can type', ['--email', 'a@example.org'], { SCRIPTORIUM_TOKEN: '' }, 2],
    ['an address that is none', ['--server', 'library'], {}, 2],
    ['a server that is not there', ['--server', 'http://127.0.0.1:1'], {}, 1],
    ['an unknown mode', ['--mode', 'magic'], {}, 2],
  ])('%s ends with a sentence', async (_name, options, environment, expected) => {
    const { code, stdout, stderr } = await cli.run(['search', 'ferry', ...options], environment);
    expect([code, stdout]).toEqual([expected, '']);
    expect(stderr).toMatch(/\S/);
    expect(stderr).not.toMatch(/^ +at |forged|wrong\b/m);
  });
});
