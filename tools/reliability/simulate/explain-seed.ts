import { judge, type Scenario, scenarioOf, shrink, simulate, type Violation } from '@millrace/testkit/simulation';
import { landingDeployment } from './landing-deployment.ts';

export interface ExplainedSeed {
  readonly seed: string;
  readonly digest: string;
  readonly node: string;
  readonly violations: readonly Violation[];
  /** Events of the shrunk history. */
  readonly events: number;
}

/** Runs one seed. If it fails, shrinks its history and prints it. */
export async function explainSeed(seed: string): Promise<ExplainedSeed> {
  const scenario = scenarioOf(landingDeployment, seed);
  const history = await simulate(landingDeployment, scenario, { keepTrace: true });
  const violations = await judge(landingDeployment, history);
  const [first] = violations;
  const shown = first === undefined ? scenario : await shrunk(scenario, first.rule);
  const { lines } = first === undefined ? history : await simulate(landingDeployment, shown, { keepTrace: true });
  console.log(JSON.stringify(shown.settings));
  for (const line of lines) console.log(line);
  for (const { rule, text } of violations.slice(0, 20)) console.log(`${rule}: ${text}`);
  return {
    seed,
    digest: history.digest,
    node: process.version,
    violations: violations.slice(0, 5),
    events: shown.events.length,
  };
}

/** The smallest history found that still breaks the rule. */
export function shrunk(scenario: Scenario, rule: string): Promise<Scenario> {
  return shrink(scenario, async (candidate) => {
    const violations = await judge(landingDeployment, await simulate(landingDeployment, candidate));
    return violations.some((one) => one.rule === rule);
  });
}
