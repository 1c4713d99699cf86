/** What the process ends with. Scripts rely on these numbers. */
export const EXIT: {
  readonly success: 0;
  readonly failed: 1;
  readonly usage: 2;
  readonly attention: 3;
  readonly tryAgain: 4;
  readonly interrupted: 130;
} = {
  success: 0,
  /** An object failed, for a reason that will not pass by itself. */
  failed: 1,
  /** The command line or the configuration is wrong; nothing was done. */
  usage: 2,
  /** With `--strict`: everything was done, and something needs a person, such as rejected records. */
  attention: 3,
  /** What is left to do can succeed later with nothing changed: another run holds an object, time ran out, a service was busy. */
  tryAgain: 4,
  interrupted: 130,
};

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
