// A service that is still loading says so: ask again until it is ready.

const STARTING = "starting";
const ASK_AGAIN_AFTER = 1000;

const pause = () => new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_AFTER));

/** Whether a failure only means that the service is not ready yet. */
export const isStarting = (error) => error.code === STARTING;

/** Do `work` once the service is ready; `waits` is called before each further try. Other failures are thrown. */
export async function whenReady(work, waits = () => {}) {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isStarting(error)) throw error;
      waits();
      await pause();
    }
  }
}
