/** The frames of the two streaming protocols that the model server speaks. */
export interface ChatProtocol {
  begin(model: string, inputTokens: number | undefined): string;
  delta(text: string): string;
  end(
    finish: 'stop' | 'length' | 'refusal',
    usage: { readonly input: number; readonly output: number } | undefined,
  ): string;
  error(status: number): string;
}

export function protocolOf(path: string): ChatProtocol {
  return path.endsWith('/messages') ? anthropic() : openai();
}

/** Chat completion chunks: https://platform.openai.com/docs/api-reference/chat-streaming */
function openai(): ChatProtocol {
  const chunk = (fields: object): string =>
    `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'scripted', ...fields })}\n\n`;
  const choice = (delta: object, finish: string | null): string =>
    chunk({ choices: [{ index: 0, delta, finish_reason: finish }] });
  return {
    begin: () => choice({ role: 'assistant', content: '' }, null),
    delta: (text) => choice({ content: text }, null),
    end(finish, usage) {
      const refusal = finish === 'refusal' ? choice({ refusal: 'I cannot help with that.' }, null) : '';
      const last = choice({}, finish === 'length' ? 'length' : 'stop');
      const tokens = usage && {
        prompt_tokens: usage.input,
        completion_tokens: usage.output,
        total_tokens: usage.input + usage.output,
      };
      return `${refusal + last + (tokens ? chunk({ choices: [], usage: tokens }) : '')}data: [DONE]\n\n`;
    },
    error: (status) =>
      `data: ${JSON.stringify({ error: { message: 'scripted', type: 'server_error', code: status } })}\n\n`,
  };
}

const ANTHROPIC_STOP = { stop: 'end_turn', length: 'max_tokens', refusal: 'refusal' } as const;

/** Message events: https://docs.anthropic.com/en/api/messages-streaming */
function anthropic(): ChatProtocol {
  const event = (type: string, fields: object): string =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
  return {
    begin: (model, inputTokens) =>
      event('message_start', {
        message: {
          id: 'msg_1',
          type: 'message',
          role: 'assistant',
          model,
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: { input_tokens: inputTokens ?? 0, output_tokens: 0 },
        },
      }) + event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
    delta: (text) => event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } }),
    end: (finish, usage) =>
      event('content_block_stop', { index: 0 }) +
      event('message_delta', {
        delta: { stop_reason: ANTHROPIC_STOP[finish], stop_sequence: null },
        usage: { input_tokens: usage?.input ?? 0, output_tokens: usage?.output ?? 0 },
      }) +
      event('message_stop', {}),
    error: (status) =>
      event('error', {
        error: { type: status === 429 ? 'rate_limit_error' : 'overloaded_error', message: 'scripted' },
      }),
  };
}
