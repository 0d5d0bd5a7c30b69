import { openEmbedded } from './embedded.ts';

// A process of its own (see `initializeFolder`): makes an empty database in the folder that it is given, and ends.
const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: initialize.ts FOLDER');
const database = await openEmbedded({ folder });
await database.close();
process.exit(0);
