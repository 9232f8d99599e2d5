// A process that reads one HDF5 file (hdf5-node.ts).
import { answerOrders } from '../answer-orders-node.ts';
import { hdf5Numbers } from './hdf5-numbers.ts';

answerOrders(async ({ path, name }: { readonly path: string; readonly name: string }) => ({
  array: await hdf5Numbers(path, name),
}));
