// A page that is served: keeps up with the run.
export const goLive = (): void => {};
