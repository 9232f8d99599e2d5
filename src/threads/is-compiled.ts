/** True where these modules run compiled, so that other threads and processes can be started on their neighbours. */
export const isCompiled = import.meta.url.endsWith('.js');
