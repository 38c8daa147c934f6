/**
 * What a route answers, for the description of the interface: `schema: { summary, ...answers(Type.Object({…})) }`. It says
 * nothing to the type checker, for handlers answer bigints and dates, which become numbers and texts on their way out.
 */
export const answers = (body: object, status = 200): object => ({ response: { [status]: body } });
