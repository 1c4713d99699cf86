import { App } from 'aws-cdk-lib';
import { bundleFunctions } from './lib/bundle-functions.ts';
import { PricesStack } from './lib/prices-stack.ts';

const app = new App();
new PricesStack(app, 'Prices', { code: bundleFunctions() });
app.synth();
