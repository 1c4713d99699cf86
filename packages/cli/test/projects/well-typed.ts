/** All that `check` compiles for the projects here: compiling the packages is the typecheck's work. */
export const answer: number = 42;
