import { OPERATOR_SECRET, type RunningServer } from './server.ts';

/** The path of the link in the newest mail of its kind to somebody; without a mail server every mail is held. */
export async function mailedLink(server: RunningServer, to: string, kind: string): Promise<string> {
  const list = await read<{ items: { id: string; to: string; kind: string }[] }>(server, '?limit=100');
  const entry = list.items.find((item) => item.to === to && item.kind === kind);
  if (entry === undefined) throw new Error(`there is no mail ${kind} to ${to}`);
  const { text } = await read<{ text: string }>(server, `/${entry.id}`);
  const path = /https?:\/\/[^/]+(\/\S*#token=\S+)/.exec(text)?.[1];
  if (path === undefined) throw new Error(`the mail ${kind} holds no link`);
  return path;
}

async function read<T>(server: RunningServer, path: string): Promise<T> {
  const answer = await fetch(`${server.url}/api/v1/operator/mail${path}`, {
    headers: { 'x-admin-secret': OPERATOR_SECRET },
  });
  if (!answer.ok) throw new Error(`the mail was refused: ${answer.status}`);
  return answer.json();
}
