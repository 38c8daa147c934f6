/** Asking for more in one go is no cheaper for each of them. */
const LARGEST = 512;
/** One on its way, one being read. */
const AT_ONCE = 2;

interface Asked<Q, A> {
  readonly question: Q;
  resolve(answer: A): void;
  reject(error: unknown): void;
}

/**
 * Joins questions that are asked in the same moment: they are answered by one call of `answerAll`, in their order. Asked while
 * two calls are under way, they wait and travel together. For questions that change nothing; nothing is remembered.
 */
export function gather<Q, A>(
  answerAll: (questions: readonly Q[]) => Promise<readonly A[]>,
): (question: Q) => Promise<A> {
  let waiting: Asked<Q, A>[] = [];
  let underWay = 0;
  let scheduled = false;

  const schedule = (): void => {
    if (scheduled || waiting.length === 0 || underWay >= AT_ONCE) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      while (waiting.length > 0 && underWay < AT_ONCE) void run();
    });
  };
  const run = async (): Promise<void> => {
    const asked = waiting.slice(0, LARGEST);
    waiting = waiting.slice(LARGEST);
    underWay += 1;
    try {
      const answers = await answerAll(asked.map(({ question }) => question));
      asked.forEach(({ resolve }, at) => resolve(answers[at] as A));
    } catch (error) {
      for (const { reject } of asked) reject(error);
    } finally {
      underWay -= 1;
      schedule();
    }
  };
  return (question) =>
    new Promise((resolve, reject) => {
      waiting.push({ question, resolve, reject });
      schedule();
    });
}
