interface Waiting<Question, Answer> {
  readonly question: Question;
  readonly resolve: (answer: Answer | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Puts questions that come close together into one call of `ask`, which answers in their order. A lone question is asked
 * at once; under load, those that come while `atOnce` calls are running go together in the next one. Every question is
 * asked after it came, so an answer is never older than its question. If a call fails, all its questions do.
 */
export function batching<Question, Answer>(
  ask: (questions: readonly Question[]) => Promise<readonly (Answer | undefined)[]>,
  limits: { readonly atOnce: number; readonly size: number },
): (question: Question) => Promise<Answer | undefined> {
  const waiting: Waiting<Question, Answer>[] = [];
  let running = 0;
  let scheduled = false;

  // After the sockets that are readable now were read: their requests come in one turn of the event loop.
  function schedule(): void {
    if (scheduled || waiting.length === 0 || running >= limits.atOnce) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      void run(waiting.splice(0, limits.size));
      schedule();
    });
  }

  async function run(batch: readonly Waiting<Question, Answer>[]): Promise<void> {
    running += 1;
    try {
      const answers = await ask(batch.map(({ question }) => question));
      for (const [index, { resolve }] of batch.entries()) resolve(answers[index]);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      running -= 1;
      schedule();
    }
  }

  return (question) =>
    new Promise((resolve, reject) => {
      waiting.push({ question, resolve, reject });
      schedule();
    });
}
