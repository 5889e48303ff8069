/** F0: nothing at all but an answer. */
export const handler = async () => ({ statusCode: 200, headers: {}, body: '{}' });
