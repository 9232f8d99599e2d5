// A process that reads the windows of clips (window-readers-node.ts).
import { answerOrders, poolArgument } from '../data/answer-orders-node.ts';
import { type WindowArgument, windowSource } from './window-source-node.ts';

answerOrders(windowSource(poolArgument() as WindowArgument), { showsLife: true });
