export { type Patch, type Plant, plantFault } from './simulation/plant.ts';
