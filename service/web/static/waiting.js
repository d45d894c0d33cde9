// A service that is still loading, or still answering the same request, says so: ask again until it is ready.

const ASK_AGAIN_AFTER = 1000;
/** How often to ask again after each kind of failure that only time mends. */
const TIMES = { starting: Infinity, request_in_progress: 5 };

const pause = () => new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_AFTER));

/** Do `work` once the service is ready; `waits(code)` is called before each further try. Other failures are thrown. */
export async function whenReady(work, waits = () => {}) {
  for (let tries = 0; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(tries < TIMES[error.code])) throw error;
      waits(error.code);
      await pause();
    }
  }
}
