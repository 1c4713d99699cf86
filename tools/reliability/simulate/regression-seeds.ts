/**
 * Seeds whose histories once broke a promise, and what broke it. The tests run them beside the first ones. A seed draws another
 * history once the scenario draws something more; then the plant of the same fault still finds it.
 */
export const REGRESSION_SEEDS: Readonly<Record<string, string>> = {
  '515': 'a version was delivered after the bytes of the one before had been written again',
  '1280': 'a late event reverted the version that reconcile had brought',
  '3393': 'reconciling found an object that a killed process still held, and nobody came again (the simulation)',
};
