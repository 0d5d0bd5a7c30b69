import type { ChatRequest } from './port.ts';

/** Version 1. The cheapest question that shows whether a model answers. */
export function checkPromptV1(): Pick<ChatRequest, 'system' | 'messages'> {
  return { system: 'Answer with one word.', messages: [{ role: 'user', content: 'Say yes.' }] };
}
