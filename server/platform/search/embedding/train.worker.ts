import { parentPort, workerData } from 'node:worker_threads';
import { learnWeight } from './learn-weight.ts';
import { type Passages, trainLatentModel } from './train.ts';

/** The body of the training thread: passages in, model and weight out. */
const passages: Passages = workerData;
const model = trainLatentModel(passages);
parentPort?.postMessage({ model: model.serialize(), weight: learnWeight(passages, model) });
