/** What is wrong with a pack or with the line of an item. Its message says nothing of what that holds. */
export class PackProblem extends Error {
  override readonly name: string = 'PackProblem';
}
