import { Command } from 'commander';
import about from '../../package.json' with { type: 'json' };
import { addAsk } from './ask.ts';
import { addAudit } from './audit.ts';
import type { CommandContext } from './context.ts';
import { addDoctor } from './doctor.ts';
import { addIngest } from './ingest.ts';
import { addKeys } from './keys.ts';
import { addMail } from './mail.ts';
import { addMigrate } from './migrate.ts';
import { addOpenApi } from './openapi.ts';
import { addOperator } from './operator.ts';
import { addSearch } from './search.ts';
import { addServe } from './serve.ts';
import { addSso } from './sso.ts';
import { addUser } from './user.ts';

const HELP = `
Settings come from the environment and from .env in the current folder: see docs/settings.md.
Exit codes: 0 done, 1 failed, 2 wrong use, 3 the settings are not usable, 130 interrupted.`;

/** The command line. Parsing throws `CommanderError` where it would end the process. */
export function createProgram(context: CommandContext): Command {
  const { terminal } = context;
  const program = new Command('scriptorium')
    .description('A self-hosted workshop for documents and AI')
    .version(about.version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.write(text),
      writeErr: (text) => terminal.printError(text.trimEnd()),
    })
    .addHelpText('after', HELP);
  addServe(program, context);
  addUser(program, context);
  addMail(program, context);
  addIngest(program, context);
  addSearch(program, context);
  addAsk(program, context);
  addAudit(program, context);
  addOperator(program, context);
  addSso(program, context);
  addKeys(program, context);
  addMigrate(program, context);
  addDoctor(program, context);
  addOpenApi(program, context);
  return program;
}
